"""Listening to RSS and Atom feeds."""

import gzip
import socket
import threading
from itertools import islice

import pytest

from cornbread.channels.contract import Account
from cornbread.channels.domain.posts import Batch
from cornbread.channels.domain.trouble import (
    AccessLost,
    ChannelTrouble,
    RateLimited,
    Unreachable,
)
from cornbread.channels.networks.feed import network
from cornbread.channels.networks.feed.cursors import FeedCursor
from cornbread.channels.networks.feed.fetching import LARGEST, UnusableFeed
from cornbread.channels.networks.feed.pace import Pace
from cornbread.channels.networks.feed.parsing import NotAFeed
from cornbread.channels.networks.feed.stream import FeedStream
from cornbread.foundation.errors import Invalid
from tests.channels.feeds import entry, rss
from tests.foundation.servers import Server, answer, by_path, header, redirect


class Session:
    """Listens as the listener does; ends by itself after a number of beats."""

    def __init__(self, beats: int = 0) -> None:
        self.stop = threading.Event()
        self.beats = 0
        self._last = beats

    def beat(self) -> None:
        self.beats += 1
        if self.beats == self._last:
            self.stop.set()


def account(url: str) -> Account:
    return Account(channel_id=1, workspace_id=1, address=url, local=True)


def stream(url: str) -> FeedStream:
    return FeedStream(account(url), Pace(least=0.01, usual=0.01, most=0.02))


def first(url: str, cursor: str | None = None) -> Batch:
    return next(iter(stream(url).listen(cursor, Session())))


def in_turn(*answers: bytes) -> Server:
    """A server that gives these answers one after the other, the last one again and again."""
    left = list(answers)
    return Server(lambda to, _: to.sendall(left.pop(0) if len(left) > 1 else left[0]))


def test_connecting_a_page_finds_its_feed() -> None:
    page = b'<link rel=alternate type="application/rss+xml" href="/news.rss">'
    with Server(by_path({"/": answer(page), "/news.rss": answer(rss(entry(1)))})) as server:
        found = network.connect({"address": f"{server.url}/"}, local=True)
    assert found.name == "Line 4 blog"
    assert found.address == f"{server.url}/news.rss"


def test_connecting_follows_a_redirect_and_keeps_the_new_address() -> None:
    with Server(by_path({"/old": redirect("/new"), "/new": answer(rss(entry(1)))})) as server:
        found = network.connect({"address": f"{server.url}/old"}, local=True)
    assert found.address == f"{server.url}/new"


def test_a_page_without_feed_is_refused_after_few_requests() -> None:
    with in_turn(answer(b"<p>nothing")) as server:
        with pytest.raises(Invalid, match="No RSS or Atom feed"):
            network.connect({"address": server.url}, local=True)
        assert len(server.requests) <= 5


@pytest.mark.parametrize("address", ["", "ftp://x", "https://", "http://[1", "javascript:alert(1)"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises((Invalid, ChannelTrouble)):
        network.connect({"address": address}, local=True)


def test_what_did_not_change_is_not_sent_again() -> None:
    body = answer(rss(entry(1)), ETag='"v1"', Last_Modified="Wed, 30 Apr 2025 18:20:00 GMT")
    with in_turn(body, answer(b"", "304 Not Modified")) as server:
        session = Session(beats=1)
        (batch,) = stream(server.url).listen(None, session)
        assert [post.external_id for post in batch.posts] == ["1"]
        assert header(server.requests[0], "If-None-Match") is None
        assert header(server.requests[1], "If-None-Match") == '"v1"'
        assert header(server.requests[1], "If-Modified-Since") == "Wed, 30 Apr 2025 18:20:00 GMT"


def test_only_news_and_edits_are_told_and_the_oldest_first() -> None:
    with in_turn(answer(rss(entry(2), entry(1)))) as server:
        before = first(server.url)
    assert [post.external_id for post in before.posts] == ["1", "2"]
    with in_turn(answer(rss(entry(3), entry(2, "never came"), entry(1)))) as server:
        after = first(server.url, before.cursor)
    assert [post.external_id for post in after.posts] == ["2", "3"]
    assert after.posts[0].edited_at is not None
    assert after.posts[1].edited_at is None


def test_a_cursor_that_cannot_be_read_means_that_everything_is_new() -> None:
    assert FeedCursor.read("nonsense") == FeedCursor.read(None) == FeedCursor()


def test_a_packed_feed_is_unpacked() -> None:
    packed = gzip.compress(rss(entry(1)))
    with in_turn(answer(packed, Content_Encoding="gzip")) as server:
        assert len(first(server.url).posts) == 1


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (answer(b"", "500 Oops"), Unreachable),
        (answer(b"", "404 Not Found"), Unreachable),
        (answer(b"", "410 Gone"), AccessLost),
        (answer(b"", "401 Who"), AccessLost),
        (answer(b"", "429 Slow", Retry_After="120"), RateLimited),
        (answer(b"", "503 Later", Retry_After="120"), RateLimited),
        (answer(b"<p>moved"), NotAFeed),
        (answer(gzip.compress(b" " * (LARGEST + 1)), Content_Encoding="gzip"), UnusableFeed),
        (redirect("http://169.254.169.254/"), UnusableFeed),
    ],
)
def test_trouble_is_told_by_what_has_to_happen_next(
    reply: bytes, trouble: type[ChannelTrouble]
) -> None:
    with in_turn(reply) as server, pytest.raises(trouble):
        first(server.url)


def test_a_server_that_is_down_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unreachable):
        first(f"http://127.0.0.1:{port}")


def test_after_trouble_the_next_look_waits_although_listening_starts_again() -> None:
    with in_turn(answer(b"", "500 Oops")) as server:
        listening = FeedStream(account(server.url), Pace(least=300))
        with pytest.raises(Unreachable):
            next(iter(listening.listen(None, Session())))
        session = Session()
        threading.Timer(0.2, session.stop.set).start()
        assert list(islice(listening.listen(None, session), 1)) == []
        assert len(server.requests) == 1
