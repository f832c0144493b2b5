"""A payload, read again by its network, says what the post said when it was heard."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from cornbread.channels.contract import Account, Reparses
from cornbread.channels.domain import handed_in
from cornbread.channels.domain.posts import HeardPost
from cornbread.channels.networks.feed.parsing import parse
from cornbread.channels.registry import network
from tests.channels.feeds import entry, rss

NOW = datetime(2026, 3, 2, 22, 10, tzinfo=UTC)
HERE = Account(channel_id=1, workspace_id=1, address="https://x.example", external_id="7")
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Line 4</title><entry><id>urn:1</id>
<title>Late</title><author><name>Ana</name><uri>https://ana.example/</uri></author>
<published>2025-04-30T18:00:00Z</published><updated>2025-04-30T19:00:00Z</updated>
<link href="https://blog.example/1"/><link rel="enclosure" type="image/png" href="https://a.b/p.png"/>
<link rel="related" href="https://news.example/x"/>
<content type="html">&lt;p&gt;It stood &lt;a href="https://c.example/"&gt;still&lt;/a&gt;.&lt;/p&gt;</content>
</entry></feed>"""


def read_again(kind: str, raw: bytes) -> HeardPost | None:
    place = network(kind)
    assert isinstance(place, Reparses)
    return place.reparse(HERE, raw)


@pytest.mark.parametrize("content", [rss(entry(1), entry(2, "moved on")), ATOM])
def test_an_entry_of_a_feed(content: bytes) -> None:
    feed = parse(content, url="https://blog.example/feed", content_type="text/xml", now=NOW)
    assert feed.posts
    for post in feed.posts:
        assert read_again("feed", post.raw) == post


def test_a_payload_of_a_feed_that_holds_texts_only_cannot_be_read_again() -> None:
    assert read_again("feed", b'{"feed": "https://x", "entry": {"title": "Late"}}') is None
    assert read_again("feed", b"\xff") is None


def test_a_status_of_mastodon() -> None:
    raw = (
        b'{"id":"1","account":{"id":"8","acct":"ana"},"created_at":"2026-03-02T22:10:00Z",'
        b'"content":"<p>Fish &amp; chips</p>"}'
    )
    post = read_again("mastodon", raw)
    assert post is not None
    assert (post.text, post.raw) == ("Fish & chips", raw)


@pytest.mark.parametrize("kind", ["webhook", "file"])
def test_a_post_that_was_handed_in(kind: str) -> None:
    said: dict[str, Any] = {
        "id": "1",
        "author": {"id": "mara"},
        "text": "Late",
        "created_at": "2026-03-02T22:10:00Z",
    }
    (post,), _ = handed_in.read(msgspec.json.encode({"posts": [said]}), NOW)
    assert read_again(kind, post.raw) == post
    assert read_again(kind, b"id;text") is None
