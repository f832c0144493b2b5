"""Asking a feed for news, politely, for ever."""

import random
import time
from collections.abc import Iterator

import msgspec

from cornbread.channels.contract import Account, Session
from cornbread.channels.domain.posts import Batch, HeardPost
from cornbread.channels.domain.trouble import ChannelTrouble, RateLimited
from cornbread.channels.networks.feed.cursors import FeedCursor
from cornbread.channels.networks.feed.fetching import client, fetch
from cornbread.channels.networks.feed.pace import Pace, max_age
from cornbread.channels.networks.feed.parsing import ParsedFeed, parse
from cornbread.foundation import clock
from cornbread.foundation.http import HttpClient, Response
from cornbread.foundation.logs import get_logger

log = get_logger(__name__)


class FeedStream:
    """One feed. Waits of its own outlast a restart of ``listen``, so trouble stays polite."""

    key = "feed"

    def __init__(self, account: Account, pace: Pace | None = None) -> None:
        self._account = account
        self._pace = pace or Pace()
        self._failures = 0
        self._next_look = 0.0
        self._ttl_s: float | None = None

    def listen(self, cursor: str | None, session: Session) -> Iterator[Batch]:
        """Yield what is new or was changed, with the cursor to ask the server by."""
        state = FeedCursor.read(cursor)
        with client(local=self._account.local) as http:
            while not session.stop.wait(max(0.0, self._next_look - time.monotonic())):
                try:
                    batch, state = self._look(http, state)
                except ChannelTrouble as trouble:
                    raise self._backing_off(trouble) from trouble
                if batch is None:
                    session.beat()
                else:
                    yield batch

    def _look(self, http: HttpClient, state: FeedCursor) -> tuple[Batch | None, FeedCursor]:
        response = fetch(http, self._account.address, state.conditions())
        feed = self._read(response) if response.status == 200 else None
        self._failures = 0
        self._wait(self._pace.wait(self._ttl_s, max_age(response.headers), random.random()))
        if feed is None:
            return None, state
        after = state.after(
            feed.posts,
            etag=response.headers.get("etag", ""),
            modified=response.headers.get("last-modified", ""),
        )
        if after == state:
            return None, state
        posts = tuple(_as_edit(post, state) for post in reversed(state.news(feed.posts)))
        return Batch(stream=self.key, posts=posts, cursor=after.text()), after

    def _read(self, response: Response) -> ParsedFeed:
        feed = parse(
            response.content,
            # Not where redirects led today: relative ids have to stay the same.
            url=self._account.address,
            content_type=response.headers.get("content-type", ""),
            now=clock.now(),
        )
        self._ttl_s = feed.ttl_s
        if feed.skipped:
            channel = self._account.channel_id
            log.warning("feed entries skipped", channel_id=channel, skipped=feed.skipped)
        return feed

    def _backing_off(self, trouble: ChannelTrouble) -> ChannelTrouble:
        self._failures += 1
        asked = trouble.retry_after_s if isinstance(trouble, RateLimited) else None
        wait = self._pace.wait_after_trouble(self._failures, asked, random.random())
        self._wait(wait)
        if isinstance(trouble, RateLimited):
            return RateLimited(trouble.message, retry_after_s=wait)
        return trouble

    def _wait(self, seconds: float) -> None:
        self._next_look = time.monotonic() + seconds


def _as_edit(post: HeardPost, state: FeedCursor) -> HeardPost:
    """A post that was seen with other words is an edit, also where the feed gives no date."""
    if post.edited_at is None and state.knows(post):
        return msgspec.structs.replace(post, edited_at=clock.now())
    return post
