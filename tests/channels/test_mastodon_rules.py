"""The small decisions of the Mastodon network: addresses, outcomes, waits, names."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.channels.contract import Account, Interest
from cornbread.channels.domain.posts import Author
from cornbread.channels.domain.trouble import (
    AccessLost,
    OutcomeUncertain,
    RateLimited,
    Rejected,
    Unreachable,
)
from cornbread.channels.networks.mastodon import network
from cornbread.channels.networks.mastodon.address import instance_url
from cornbread.channels.networks.mastodon.outcomes import Quota, sentence_of, trouble_of, wait_of
from cornbread.channels.networks.mastodon.sender import acct_of, names
from cornbread.channels.networks.mastodon.sse import EventAssembler, ServerEvent
from cornbread.foundation.errors import Invalid

AT = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("mastodon.social", "https://mastodon.social"),
        (" Mastodon.Social ", "https://mastodon.social"),
        ("https://mastodon.social/@brand", "https://mastodon.social"),
        ("http://mastodon.social", "https://mastodon.social"),
        ("@brand@mastodon.social", "https://mastodon.social"),
        ("brand@social.example.org:8443", "https://social.example.org:8443"),
        ("https://mastodon.social/web/@a@b.example", "https://mastodon.social"),
        ("bücher.example", "https://xn--bcher-kva.example"),
        ("mastodon.social.", "https://mastodon.social"),
        ("[2001:db8::1]:3000", "https://[2001:db8::1]:3000"),
    ],
)
def test_an_address_is_understood_in_any_form_people_paste(typed: str, expected: str) -> None:
    assert instance_url(typed) == expected


@pytest.mark.parametrize(
    "typed", ["", "   ", "brand", "ftp://a.example", "a b.example", "a..example", "x.example:99999"]
)
def test_what_is_no_address_is_refused_beside_its_field(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        instance_url(typed)
    assert "address" in caught.value.fields


def test_only_a_local_channel_may_do_without_encryption() -> None:
    assert instance_url("http://127.0.0.1:3000", local=True) == "http://127.0.0.1:3000"
    assert instance_url("http://127.0.0.1:3000") == "https://127.0.0.1:3000"


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(typed: str) -> None:
    with contextlib.suppress(Invalid):
        assert instance_url(typed).startswith("https://")


def test_server_sent_events_are_put_together_from_lines() -> None:
    assembler = EventAssembler()
    lines = [":thump", "", "event: update", "data: {", "data:}", "", "data: alone", "", "event: x"]
    events = [event for event in map(assembler.feed, lines) if event]
    assert events == [ServerEvent("update", "{\n}"), ServerEvent("message", "alone")]


@pytest.mark.parametrize(
    ("code", "once", "kind"),
    [
        (401, True, AccessLost),
        (404, True, Rejected),
        (410, True, Rejected),
        (422, True, Rejected),
        (301, True, Rejected),
        (408, True, Unreachable),
        (429, True, RateLimited),
        (500, True, OutcomeUncertain),
        (503, True, OutcomeUncertain),
        (503, False, Unreachable),
    ],
)
def test_each_status_says_what_has_to_happen_next(
    code: int, once: bool, kind: type[Exception]
) -> None:
    assert type(trouble_of(code, {}, b"{}", once=once, at=AT)) is kind


def test_a_rejection_speaks_in_the_servers_words() -> None:
    content = b'{"error": "Validation failed: Text character limit of 500 exceeded"}'
    assert trouble_of(422, {}, content, once=True, at=AT).message.endswith("500 exceeded")
    assert sentence_of(b"<html>") == ""
    assert sentence_of(b'{"error": ["odd"]}') == ""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30),
        ({"retry-after": "Sun, 01 Mar 2026 22:12:00 GMT"}, 120),
        ({"x-ratelimit-reset": "2026-03-01T22:11:00.123Z"}, 60.123),
        ({"x-ratelimit-reset": str(int(AT.timestamp()) + 45)}, 45),
        ({"x-ratelimit-reset": "2020-01-01T00:00:00Z"}, 1),
        ({"retry-after": "99999999999"}, 3600),
        ({"retry-after": "soon"}, 60),
        ({}, 60),
    ],
)
def test_the_wait_after_a_429_is_read_in_all_its_forms(
    headers: dict[str, str], seconds: float
) -> None:
    assert wait_of(headers, AT) == pytest.approx(seconds)


def test_listening_pauses_only_when_little_is_left() -> None:
    quota = Quota()
    assert quota.wait_s(AT) == 0
    quota.note({"x-ratelimit-remaining": "250", "x-ratelimit-reset": "2026-03-01T22:14:00Z"})
    assert quota.wait_s(AT) == 0
    quota.note({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "2026-03-01T22:14:00Z"})
    assert quota.wait_s(AT) == 240
    assert quota.wait_s(AT.replace(minute=30)) == 0


def test_only_a_name_that_reaches_the_person_counts_as_naming_them() -> None:
    local = Author(external_id="2", handle="ana@brand.example")
    remote = Author(external_id="3", handle="ana@far.example")
    assert names("hi @ana!", local, "brand.example")
    assert names("hi @Ana@brand.example.", local, "brand.example")
    assert not names("hi @ana!", remote, "brand.example")
    assert names("hi @ana@far.example!", remote, "brand.example")
    assert not names("hi @anabel", local, "brand.example")
    assert not names("write to x@ana", local, "brand.example")
    assert acct_of(local, "brand.example") == "ana"
    assert acct_of(remote, "brand.example") == "ana@far.example"


def test_each_search_and_hashtag_is_one_stream_with_a_lasting_key() -> None:
    account = Account(channel_id=1, workspace_id=1, address="https://brand.example")
    interests = [
        Interest(kind="term", value="night train"),
        Interest(kind="tag", value="#Trains"),
        Interest(kind="tag", value="trains"),
        Interest(kind="tag", value="#"),
        Interest(kind="place", value="elsewhere"),
    ]
    keys = [stream.key for stream in network.streams(account, interests)]
    assert keys == ["user", "search:night train", "tag:trains"]
