"""Reading feeds, good and bad, and how often they are asked for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornbread.channels.networks.feed.discovery import feed_links
from cornbread.channels.networks.feed.pace import Pace, max_age, retry_after
from cornbread.channels.networks.feed.parsing import NotAFeed, ParsedFeed, parse
from cornbread.channels.networks.feed.text import from_html
from tests.channels.feeds import entry, rss

REAL = Path(__file__).parents[3] / "shared/data/feeds"
NOW = datetime(2025, 5, 1, 12, tzinfo=UTC)


def read(content: bytes) -> ParsedFeed:
    return parse(content, url="https://blog.example/feed", content_type="text/xml", now=NOW)


def test_an_entry_becomes_a_post_in_plain_words() -> None:
    (post,) = read(rss(entry(1))).posts
    assert post.external_id == "1"
    assert post.text == "Late again\n\nThe 18:05 stood still."
    assert (post.author.name, post.url) == ("Ana", "https://blog.example/1")
    assert post.created_at == datetime(2025, 4, 30, 16, 20, tzinfo=UTC)
    assert (post.lang, post.edited_at) == ("en-gb", None)
    assert not post.addressed


def test_an_updated_atom_entry_says_when_it_was_edited() -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><id>tag:1</id>
    <title>t</title><published>2025-04-01T10:00:00Z</published>
    <updated>2025-04-02T10:00:00Z</updated><content type="html">&lt;b&gt;hi&lt;/b&gt; you</content>
    <link href="/posts/1"/></entry></feed>"""
    (post,) = read(atom).posts
    assert post.edited_at == datetime(2025, 4, 2, 10, tzinfo=UTC)
    assert post.text == "t\n\nhi you"
    assert post.url == "https://blog.example/posts/1"


def test_an_entry_without_date_guid_or_author_is_still_a_post() -> None:
    bare = "<item><title>Only words</title></item>"
    (post,) = read(rss(bare)).posts
    assert post.created_at == NOW
    assert post.author.name == "Line 4 blog"
    assert post.external_id == read(rss(bare)).posts[0].external_id


def test_a_date_in_the_future_is_now() -> None:
    (post,) = read(rss(entry(1).replace("2025", "2190"))).posts
    assert post.created_at == NOW


def test_an_address_that_runs_a_script_is_no_address() -> None:
    (post,) = read(rss("<item><title>x</title><link>javascript:alert(1)</link></item>")).posts
    assert post.url == ""


def test_an_empty_entry_is_skipped_and_counted() -> None:
    feed = read(rss("<item></item>", entry(2)))
    assert (len(feed.posts), feed.skipped) == (1, 1)


def test_a_page_is_not_a_feed() -> None:
    with pytest.raises(NotAFeed):
        read(b"<!doctype html><title>Hello</title><p>no feed")


def test_a_feed_cannot_name_a_file_of_ours(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(rss(entry(1)))
    with pytest.raises(NotAFeed):
        read(str(secret).encode())
    entity = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]>'.encode()
    (post,) = read(entity + rss("<item><title>a &x; b</title></item>")).posts
    assert "stood" not in post.text


def test_paragraphs_stay_apart_and_deep_markup_does_no_harm() -> None:
    assert from_html("<p>One<br>two</p><p>three &amp; four</p>") == "One\ntwo\n\nthree & four"
    assert from_html("<div>" * 15_000 + "deep") == "deep"


@pytest.mark.skipif(not REAL.exists(), reason="the collection of feeds is not here")
def test_every_feed_of_a_large_collection_is_read_or_refused() -> None:
    for path in sorted(REAL.glob("*/*.xml")):
        feed = read(path.read_bytes())
        for post in feed.posts:
            assert post.external_id
            assert post.author.handle
            assert post.created_at.tzinfo


@settings(max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=300), st.text(alphabet="<>&;![]CDATA/itemrsuld=\"' ", max_size=200)
    )
)
def test_no_bytes_whatsoever_crash_the_parser(junk: bytes | str) -> None:
    inside = junk.encode() if isinstance(junk, str) else junk
    for content in (inside, rss(entry(1)).replace(b"</channel>", inside + b"</channel>")):
        try:
            feed = read(content)
        except NotAFeed:
            continue
        assert len({post.external_id for post in feed.posts}) == len(feed.posts)


def test_a_page_names_its_feeds_and_those_of_comments_come_last() -> None:
    page = b"""<base href="https://b.example/x/"><link rel="alternate" href="/comments/feed"
      type="application/rss+xml" title="Comments"><link rel="Alternate" type="application/atom+xml"
      href="atom"><link rel="alternate" hreflang="de" href="/de"><link rel=alternate
      type="application/rss+xml" href="javascript:x">"""
    assert feed_links(page, "https://a.example/") == [
        "https://b.example/x/atom",
        "https://b.example/comments/feed",
    ]


def test_the_wait_honours_what_feed_and_server_ask_for() -> None:
    pace = Pace()
    assert pace.wait(None, None, 0) == 600
    assert pace.wait(60, None, 0) == 300
    assert pace.wait(3600, 60, 0) == 3600
    assert pace.wait(None, 7200, 1) == 7200 * 1.2
    assert pace.wait(10**9, None, 0) == 24 * 3600
    assert [pace.wait_after_trouble(n, None, 0) for n in (1, 2, 3)] == [300, 600, 1200]
    assert pace.wait_after_trouble(1, 900, 0) == 900
    assert pace.wait_after_trouble(10**6, None, 0) == 24 * 3600


def test_headers_about_time_are_read_and_nonsense_is_ignored() -> None:
    assert max_age({"cache-control": "public, Max-Age=900"}) == 900
    assert max_age({"cache-control": "max-age=soon"}) is None
    assert max_age({}) is None
    assert retry_after({"retry-after": "30"}, NOW) == 30
    assert retry_after({"retry-after": "Thu, 01 May 2025 12:01:00 GMT"}, NOW) == 60
    assert retry_after({"retry-after": "soon"}, NOW) is None


def test_the_time_to_live_of_a_feed_is_read() -> None:
    assert read(rss("<ttl>90</ttl>")).ttl_s == 5400
    period = (
        '<x xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency></x>"
    )
    assert read(rss(period)).ttl_s == 1800
