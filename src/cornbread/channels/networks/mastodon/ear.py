"""Turns what comes by stream and by list into batches, each with the cursor that follows it."""

import time
from collections.abc import Iterable, Iterator
from datetime import timedelta

import msgspec

from cornbread.channels.domain.posts import Batch, HeardDeletion, HeardPost
from cornbread.channels.domain.trouble import Rejected
from cornbread.channels.networks.mastodon.api import Api
from cornbread.channels.networks.mastodon.cursors import HomeCursor, version
from cornbread.channels.networks.mastodon.pace import Pace
from cornbread.channels.networks.mastodon.payloads import (
    ConversationJson,
    Listener,
    NotificationJson,
    decode,
    heard,
)
from cornbread.channels.networks.mastodon.sources import (
    Conversations,
    Mentions,
    OwnStatuses,
    Row,
    Source,
    mention_of,
    status_rows,
)
from cornbread.channels.networks.mastodon.sse import ServerEvent
from cornbread.foundation.clock import now

#: How many posts one request asks for again, and how many single requests follow at most.
RECHECK_PAGE = 20
RECHECK_SINGLES = 5
#: How many posts are remembered within one connection, enough for a wave between two sweeps.
MOST_KNOWN = 5_000


class Ear:
    """Listens for one account. ``cursor`` is always the one after the last batch given."""

    def __init__(
        self, key: str, api: Api, listener: Listener, cursor: str | None, pace: Pace
    ) -> None:
        self.key = key
        self.api = api
        self.listener = listener
        self.cursor = HomeCursor.load(cursor)
        self._pace = pace
        self._next_recheck = 0.0
        self._known = dict(self.cursor.recent)

    def take(self, events: Iterable[ServerEvent]) -> Batch | None:
        """A batch of what these streamed events said to us, if anything."""
        posts: dict[str, HeardPost] = {}
        deletions: dict[str, HeardDeletion] = {}
        for event in events:
            if event.name == "delete":
                posts.pop(event.data.strip(), None)
                deletions[event.data.strip()] = _gone(event.data.strip())
                continue
            post = self._said(event)
            if post is not None:
                posts[post.external_id] = post
        return self._batch(posts.values(), deletions.values())

    def sweep(self) -> Iterator[Batch]:
        """Everything since the cursor, the oldest first; now and then also edits and deletions."""
        yield from self._catch_up("notification", Mentions(self.api, self.listener))
        yield from self._catch_up("direct", Conversations(self.api, self.listener))
        yield from self._catch_up("own", OwnStatuses(self.api, self.listener))
        if time.monotonic() >= self._next_recheck:
            yield from self._recheck()
            self._next_recheck = time.monotonic() + self._pace.recheck_s

    def _said(self, event: ServerEvent) -> HeardPost | None:
        """The post in a streamed event, when it is to us, by us, or one that we have heard."""
        try:
            data = event.data.encode("utf-8", "replace")
            if event.name == "notification":
                return self._fresh(mention_of(decode(data, NotificationJson), self.listener))
            if event.name == "conversation":
                data = bytes(decode(data, ConversationJson).last_status)
            # The mock servers and some forks write the event's name with an underscore.
            elif event.name not in ("update", "status.update", "status_update"):
                return None
        except ValueError:
            return None
        post = heard(data, self.listener)
        if post is None:
            return None
        concerns_us = post.ours or post.addressed or post.external_id in self.cursor.recent
        return self._fresh(post) if concerns_us else None

    def _fresh(self, post: HeardPost | None) -> HeardPost | None:
        if post is None or self._known.get(post.external_id) == version(post):
            return None
        return post

    def _catch_up(self, place: str, source: Source) -> Iterator[Batch]:
        position: str = getattr(self.cursor, place)
        try:
            if position:
                for page in source.after(position):
                    yield from self._page(place, page)
            else:
                floor = now() - timedelta(days=self._pace.history_days)
                yield from self._page(place, source.since(floor))
        except Rejected:
            # Not every server has every list; direct messages also come as mentions.
            if place != "direct":
                raise

    def _page(self, place: str, page: list[Row]) -> Iterator[Batch]:
        if not page:
            return
        self.cursor = msgspec.structs.replace(self.cursor, **{place: page[-1].id})
        batch = self._batch(filter(None, (self._fresh(row.post) for row in page)))
        yield batch or Batch(stream=self.key, cursor=self.cursor.dump())

    def _recheck(self) -> Iterator[Batch]:
        """Look again at what was heard lately.

        Needed because servers stream an edit only to followers of its author, and because what
        was edited or deleted while we were away comes in no list.
        """
        known = list(self.cursor.recent)
        for start in range(0, len(known), RECHECK_PAGE):
            wanted = known[start : start + RECHECK_PAGE]
            try:
                raw = self.api.rows("/api/v1/statuses", {"id[]": wanted})
            except Rejected:
                # Servers before 4.3 give statuses only one by one: look at the newest of them.
                batch = self._compare([], known[-RECHECK_SINGLES:])
                yield from [batch] if batch else []
                return
            batch = self._compare(raw, wanted)
            yield from [batch] if batch else []

    def _compare(self, raw: list[msgspec.Raw], wanted: list[str]) -> Batch | None:
        """What changed against the posts as we know them."""
        found = status_rows(raw, self.listener)
        missing = [key for key in wanted if key not in {row.id for row in found}]
        gone: list[HeardDeletion] = []
        # A list may leave something out for other reasons, so each is asked for by itself.
        for key in missing[:RECHECK_SINGLES]:
            status = self.api.status(key)
            if status is None:
                gone.append(_gone(key))
            else:
                found += status_rows([msgspec.Raw(status)], self.listener)
        return self._batch(filter(None, (self._fresh(row.post) for row in found)), gone)

    def _batch(
        self, posts: Iterable[HeardPost], deletions: Iterable[HeardDeletion] = ()
    ) -> Batch | None:
        kept, gone = tuple(posts), tuple(deletions)
        if not kept and not gone:
            return None
        self._remember(kept)
        self.cursor = self.cursor.with_heard(kept).without(each.external_id for each in gone)
        return Batch(stream=self.key, posts=kept, deletions=gone, cursor=self.cursor.dump())

    def _remember(self, posts: Iterable[HeardPost]) -> None:
        """What the stream told, the next sweep finds again: it need not be given twice."""
        self._known.update((post.external_id, version(post)) for post in posts)
        if len(self._known) > 2 * MOST_KNOWN:
            self._known = dict(list(self._known.items())[-MOST_KNOWN:])


def _gone(external_id: str) -> HeardDeletion:
    return HeardDeletion(external_id=external_id, deleted_at=now())
