"""How a Mastodon server's words become ours: no server needed."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.channels.domain.posts import Author, HeardPost, Visibility
from cornbread.channels.networks.mastodon.cursors import RECENT, SEEN, HomeCursor, WatchCursor
from cornbread.channels.networks.mastodon.payloads import (
    Listener,
    decode,
    full_handle,
    heard,
    id_key,
    moment,
    newest,
)

US = Listener(account_id="1", host="brand.example")
AT = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)


def status(**changes: Any) -> dict[str, Any]:
    """A status as Mastodon 4.4 gives it, with what the test is about changed."""
    return {
        "id": "114086712345678901",
        "created_at": "2026-03-01T22:10:00.000Z",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": "https://far.example/users/ana/statuses/7",
        "url": "https://far.example/@ana/7",
        "edited_at": None,
        "content": "<p>Stuck outside the station.</p>",
        "reblog": None,
        "account": {
            "id": "22",
            "username": "ana",
            "acct": "ana@far.example",
            "display_name": "Ana 🚆",
            "bot": False,
            "url": "https://far.example/@ana",
            "avatar": "https://files.brand.example/ana.png",
            "followers_count": 12,
        },
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        **changes,
    }


def hear(**changes: Any) -> HeardPost:
    post = heard(json.dumps(status(**changes)).encode(), US)
    assert post is not None
    return post


def test_a_status_is_kept_with_author_time_place_and_the_payload_as_received() -> None:
    raw = json.dumps(status()).encode()
    post = heard(raw, US)
    assert post is not None
    assert post.external_id == "114086712345678901"
    assert post.text == "Stuck outside the station."
    assert post.created_at == AT
    assert post.author == Author(
        external_id="22",
        handle="ana@far.example",
        name="Ana 🚆",
        url="https://far.example/@ana",
        avatar_url="https://files.brand.example/ana.png",
        followers=12,
    )
    assert (post.lang, post.url, post.raw) == ("en", "https://far.example/@ana/7", raw)
    assert not post.addressed


def test_people_of_the_instance_itself_get_its_host() -> None:
    assert full_handle("cust", "brand.example") == "cust@brand.example"
    assert full_handle("ana@far.example", "brand.example") == "ana@far.example"


def test_a_content_warning_stands_before_the_text() -> None:
    assert hear(spoiler_text="Food & drink").text == "Food & drink\n\nStuck outside the station."


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("public", Visibility.PUBLIC),
        ("unlisted", Visibility.PUBLIC),
        ("private", Visibility.DIRECT),
        ("direct", Visibility.DIRECT),
        ("limited", Visibility.DIRECT),
        ("", Visibility.DIRECT),
    ],
)
def test_only_what_everybody_can_read_is_public(word: str, expected: Visibility) -> None:
    assert hear(visibility=word).visibility is expected


def test_a_mention_of_us_or_an_answer_to_us_is_addressed_to_us() -> None:
    named = [
        {"id": "1", "acct": "brand", "username": "brand", "url": "https://brand.example/@brand"},
        {"id": "9", "acct": "bo@far.example", "username": "bo", "url": ""},
    ]
    post = hear(mentions=named)
    assert post.addressed
    assert post.addressed_to == ("brand@brand.example", "bo@far.example")
    assert hear(in_reply_to_id="5", in_reply_to_account_id="1").addressed
    assert not hear(in_reply_to_id="5", in_reply_to_account_id="9").addressed


def test_our_own_post_is_ours_and_not_addressed_to_us() -> None:
    own = {**status()["account"], "id": "1", "acct": "brand"}
    post = hear(account=own, in_reply_to_id="5", in_reply_to_account_id="1")
    assert post.ours
    assert not post.addressed
    assert post.in_reply_to == "5"


def test_attachments_keep_their_description_and_the_address_that_works() -> None:
    files = [
        {"type": "image", "url": "https://f/1.png", "description": "A basket of bread"},
        {"type": "unknown", "url": None, "remote_url": "https://r/2.bin", "preview_url": None},
        {"type": "image", "url": None, "remote_url": None},
    ]
    kept = hear(media_attachments=files).attachments
    assert [(each.kind, each.url) for each in kept] == [
        ("image", "https://f/1.png"),
        ("unknown", "https://r/2.bin"),
    ]
    assert kept[0].description == "A basket of bread"


def test_an_edited_status_carries_the_time_of_its_edit() -> None:
    assert hear(edited_at="2026-03-01T22:11:00.000Z").edited_at == AT.replace(minute=11)


def test_a_boost_is_not_a_post() -> None:
    assert heard(json.dumps(status(reblog=status(id="3"))).encode(), US) is None


def test_a_status_with_little_in_it_as_smaller_servers_send_it_is_heard() -> None:
    bare = {"id": "77", "created_at": "2026-03-01T22:10:00Z", "account": {"id": "5", "acct": "x"}}
    post = heard(json.dumps(bare).encode(), US)
    assert post is not None
    assert (post.external_id, post.text) == ("77", "")
    assert post.visibility is Visibility.DIRECT


def test_broken_characters_are_mended_rather_than_fatal() -> None:
    raw = json.dumps(status(content="<p>half a \ud83d face \u0000</p>")).encode()
    post = heard(raw, US)
    assert post is not None
    post.text.encode("utf-8")
    assert post.text.startswith("half a")
    assert "\x00" not in post.text


@given(st.binary(max_size=300))
def test_no_bytes_whatever_make_hearing_fail(raw: bytes) -> None:
    assert heard(raw, US) is None


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_no_odd_value_in_a_field_makes_hearing_fail(value: Any) -> None:
    for name in status():
        post = heard(json.dumps(status(**{name: value})).encode(), US)
        assert post is None or (post.external_id and post.created_at.tzinfo is not None)


def test_a_post_without_an_id_is_not_taken_for_another() -> None:
    assert heard(json.dumps(status(id="")).encode(), US) is None


def test_ids_are_ordered_as_numbers_too_long_for_some_languages() -> None:
    assert id_key("99") < id_key("100")
    assert newest("", "99", "100") == "100"
    assert newest() == ""


def test_times_that_cannot_be_read_are_none() -> None:
    assert moment("yesterday") is None
    assert moment(None) is None
    assert moment("2026-03-01T22:10:00") == AT
    assert moment("0001-01-01T00:00:00+14:00") is None


def test_a_cursor_survives_being_kept_and_an_unreadable_one_starts_anew() -> None:
    cursor = HomeCursor(notification="9", own="8").with_heard([hear()])
    assert HomeCursor.load(cursor.dump()) == cursor
    watch = WatchCursor().with_heard([hear()])
    assert WatchCursor.load(watch.dump()) == watch
    assert watch.knows(hear())
    assert not watch.knows(hear(edited_at="2026-03-02T00:00:00Z"))
    for unreadable in (None, "", "{", '{"recent": 5}', "[]"):
        assert HomeCursor.load(unreadable) == HomeCursor()
        assert WatchCursor.load(unreadable) == WatchCursor()


def test_cursors_stay_small_however_much_is_heard() -> None:
    posts = [hear(id=str(number)) for number in range(1000)]
    home = HomeCursor().with_heard(posts)
    watch = WatchCursor().with_heard(posts)
    assert list(home.recent) == [str(number) for number in range(1000 - RECENT, 1000)]
    assert len(watch.seen) == SEEN
    assert watch.last == "999"
    assert list(home.without(["999"]).recent)[-1] == "998"


def test_a_page_that_is_not_json_is_told_apart_from_an_empty_one() -> None:
    assert decode(b"[]", list[msgspec.Raw]) == []
    for content in (b"", b"{", b"<html>", b"[" * 100_000):
        with pytest.raises(ValueError, match="unreadable"):
            decode(content, list[msgspec.Raw])
