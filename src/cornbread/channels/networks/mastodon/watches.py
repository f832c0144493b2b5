"""What watches look for: searches and hashtags, asked for at a polite pace."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import msgspec

from cornbread.channels.contract import Interest, Session
from cornbread.channels.domain.posts import Batch, HeardPost
from cornbread.channels.domain.trouble import Rejected, Unreachable
from cornbread.channels.networks.mastodon.api import Api
from cornbread.channels.networks.mastodon.cursors import WatchCursor
from cornbread.channels.networks.mastodon.home import rest
from cornbread.channels.networks.mastodon.pace import Pace
from cornbread.channels.networks.mastodon.payloads import Listener, decode, id_key
from cornbread.channels.networks.mastodon.sources import PAGE, Row, status_rows
from cornbread.foundation.clock import now

#: Pages read back at once to close a gap.
MOST_PAGES = 5
#: A search that the instance refuses is tried again this much more rarely.
REFUSED_FACTOR = 10


class _SearchJson(msgspec.Struct, frozen=True):
    statuses: list[msgspec.Raw] = []


class WatchStream:
    """One search term or hashtag. Stands still, rather than failing, where it is not offered."""

    def __init__(
        self, interest: Interest, api: Api, listener: Listener, pace: Pace, *, interval_s: float
    ) -> None:
        self._tag = interest.kind == "tag"
        self._value = interest.value.lstrip("#") if self._tag else interest.value
        self.key = f"tag:{self._value.casefold()}" if self._tag else f"search:{self._value}"
        self._api = api
        self._listener = listener
        self._pace = pace
        self._interval_s = interval_s

    def listen(self, cursor: str | None, session: Session) -> Iterator[Batch]:
        """Yield what is new, for ever; raises ChannelTrouble when the instance fails."""
        place = WatchCursor.load(cursor)
        while not session.stop.is_set():
            interval_s = self._interval_s
            try:
                fresh = self._fresh(place)
            except Rejected:
                # Many instances have no full-text search, or only for people who ask for it.
                fresh, interval_s = [], interval_s * REFUSED_FACTOR
            if fresh:
                place = place.with_heard(fresh)
                yield Batch(stream=self.key, posts=tuple(fresh), cursor=place.dump())
            session.beat()
            rest(session, max(interval_s, self._api.pause_s()))

    def _fresh(self, place: WatchCursor) -> list[HeardPost]:
        """Posts that are new, or edited since they were given, the oldest first."""
        floor = now() - timedelta(days=self._pace.history_days)
        found: dict[str, HeardPost] = {}
        page = self._page(0, "")
        for number in range(1, MOST_PAGES + 1):
            fresh = [
                row.post
                for row in page
                if row.post and row.post.created_at >= floor and not place.knows(row.post)
            ]
            unknown = [post for post in fresh if post.external_id not in found]
            found.update((post.external_id, post) for post in unknown)
            # Something known on the page means that the gap is closed.
            if len(unknown) < len(page) or len(page) < PAGE or number == MOST_PAGES:
                break
            page = self._page(number, min((row.id for row in page), key=id_key))
        return sorted(found.values(), key=lambda post: id_key(post.external_id))

    def _page(self, number: int, oldest: str) -> list[Row]:
        if self._tag:
            older = {"max_id": oldest} if oldest else {}
            path = f"/api/v1/timelines/tag/{quote(self._value, safe='')}"
            return status_rows(self._api.rows(path, {"limit": str(PAGE), **older}), self._listener)
        params = {"q": self._value, "type": "statuses", "limit": str(PAGE)}
        content = self._api.get("/api/v2/search", {**params, "offset": str(number * PAGE)})
        try:
            return status_rows(decode(content, _SearchJson).statuses, self._listener)
        except ValueError as trouble:
            raise Unreachable("The instance gave an answer that cannot be read.") from trouble
