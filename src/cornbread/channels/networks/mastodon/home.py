"""What is said to us and by us: the live stream of the account, with lists as safety net."""

import logging
import time
from collections.abc import Iterator

from cornbread.channels.contract import Session
from cornbread.channels.domain.posts import Batch
from cornbread.channels.domain.trouble import RateLimited, Unreachable
from cornbread.channels.networks.mastodon.api import Api, StreamNotOffered
from cornbread.channels.networks.mastodon.ear import Ear
from cornbread.channels.networks.mastodon.pace import Pace
from cornbread.channels.networks.mastodon.payloads import Listener
from cornbread.channels.networks.mastodon.pump import LinePump
from cornbread.channels.networks.mastodon.sse import EventAssembler

logger = logging.getLogger(__name__)

#: After so many breaks in a row the live stream is left alone for a while.
MOST_BREAKS = 3
#: A stream that lasted this long was a good one: its break is the first of a new row.
GOOD_STREAM_S = 60.0
#: How often ``session.stop`` is looked at.
TICK_S = 0.5


class HomeStream:
    """Mentions, direct messages and our own posts, live where offered, polled where not."""

    key = "user"

    def __init__(self, api: Api, listener: Listener, pace: Pace) -> None:
        self._api = api
        self._listener = listener
        self._pace = pace

    def listen(self, cursor: str | None, session: Session) -> Iterator[Batch]:
        """Yield batches until ``session.stop``; raises ChannelTrouble when only polling is left
        and fails too, so that the listener can wait and show what is wrong."""
        ear = Ear(self.key, self._api, self._listener, cursor, self._pace)
        breaks = 0
        while not session.stop.is_set():
            opened_at = time.monotonic()
            try:
                yield from self._live(ear, session)
                return
            except StreamNotOffered as reason:
                logger.info("polling instead of streaming: %s", reason.message)
                breaks = MOST_BREAKS
            except Unreachable:
                lasted = time.monotonic() - opened_at
                breaks = 1 if lasted >= GOOD_STREAM_S else breaks + 1
            # Hears what was said meanwhile; raises when the instance is not there at all.
            yield from ear.sweep()
            if breaks >= MOST_BREAKS:
                yield from self._polled(ear, session)
                breaks = 0
            else:
                session.stop.wait(self._pace.reopen_s * 2**breaks)

    def _live(self, ear: Ear, session: Session) -> Iterator[Batch]:
        # The stream is opened before the lists are read: what is said in between is in both.
        with self._api.events() as lines, LinePump(lines) as pump:
            yield from self._follow(ear, session, pump)

    def _follow(self, ear: Ear, session: Session, pump: LinePump) -> Iterator[Batch]:
        assembler = EventAssembler()
        gap, next_sweep = self._pace.settle_s, time.monotonic()
        while not session.stop.is_set():
            if time.monotonic() >= next_sweep:
                wait = gap
                try:
                    yield from ear.sweep()
                except RateLimited as trouble:
                    # The live stream costs no requests, so it goes on meanwhile.
                    wait = trouble.retry_after_s
                next_sweep = time.monotonic() + max(wait, self._api.pause_s())
                gap = self._pace.sweep_s
            lines = pump.take(TICK_S)
            if lines:
                session.beat()
            batch = ear.take(filter(None, map(assembler.feed, lines)))
            if batch is not None:
                yield batch

    def _polled(self, ear: Ear, session: Session) -> Iterator[Batch]:
        until = time.monotonic() + self._pace.stream_rest_s
        while not session.stop.is_set() and time.monotonic() < until:
            yield from ear.sweep()
            session.beat()
            rest(session, max(self._pace.poll_s, self._api.pause_s()))


def rest(session: Session, seconds: float) -> None:
    """Wait, but end at once when the listener has to stop; a long wait still counts as alive."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not session.stop.wait(min(left, 30.0)):
        session.beat()
