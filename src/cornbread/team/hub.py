"""Who listens for live events in this process, and what each is told.

One reader looks for new events of every workspace that somebody watches, fourteen times a second.
What is new becomes one message, written once for all pages of a workspace: a thousand changes in
a second are a few messages, and a thousand pages cost little more than one.
"""

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections

from cornbread.foundation import metrics
from cornbread.foundation.live import LiveEvent, events_after, latest_id
from cornbread.foundation.logs import get_logger

LOOK_EVERY_S = 0.07
BEAT_EVERY_S = 15.0
#: A page that comes back more events behind than this is told to load everything afresh.
TOO_FAR = 500
#: The same for all pages, when more than this happened between two looks.
TOO_MANY = 2000
#: Messages kept for a page that does not read; then it too loads everything afresh.
TOO_SLOW = 50

log = get_logger(__name__)


@dataclass(eq=False)
class Subscriber:
    """One open browser page. ``wake`` is set when there is something to send or to do."""

    workspace_id: int
    hides_ids: bool
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False
    beat_due: bool = False
    _waiting: list[bytes] = field(default_factory=list)

    def tell(self, told: bytes) -> None:
        """Keep a message to be sent; of too many only the last, as "load everything"."""
        if len(self._waiting) >= TOO_SLOW:
            self._waiting = [_everything(told)]
        else:
            self._waiting.append(told)
        self.wake.set()

    def tell_first(self, missed: bytes) -> None:
        """Keep what happened before everything that waits already."""
        self._waiting.insert(0, missed)
        self.wake.set()

    def close(self) -> None:
        """The page is gone."""
        self.closed = True
        self.wake.set()

    def beat(self) -> None:
        """It is time to say that we are still here, and to look whether the reader still may."""
        self.beat_due = True
        self.wake.set()

    def take(self) -> bytes:
        """All that waits to be sent, in order; empty when nothing does."""
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)


class Hub:
    """Reads new events for all subscribers of this process."""

    def __init__(self) -> None:
        self._pages: dict[int, set[Subscriber]] = {}
        self._reached: dict[int, int] = {}
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """How many pages are open."""
        return sum(map(len, self._pages.values()))

    async def join(self, subscriber: Subscriber, after: int | None) -> int:
        """Start sending to this subscriber what comes after an event id; returns that id."""
        workspace_id = subscriber.workspace_id
        if workspace_id not in self._reached:
            reached = await _latest(workspace_id)
            self._reached.setdefault(workspace_id, reached)
        start = self._reached[workspace_id]
        self._pages.setdefault(workspace_id, set()).add(subscriber)
        metrics.LIVE_PAGES.set(len(self))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._read())
        if after is None or after >= start:
            return start if after is None else after
        missed = await _after(workspace_id, after, start)
        if missed is None:
            subscriber.tell_first(_nothing_kept(start))
        elif missed:
            subscriber.tell_first(message(missed, hides_ids=subscriber.hides_ids))
        return after

    def leave(self, subscriber: Subscriber) -> None:
        """The page was closed."""
        pages = self._pages.get(subscriber.workspace_id, set())
        pages.discard(subscriber)
        if not pages:
            self._pages.pop(subscriber.workspace_id, None)
            self._reached.pop(subscriber.workspace_id, None)
        metrics.LIVE_PAGES.set(len(self))

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while self._pages:
            began = loop.time()
            try:
                news = await _news(dict(self._reached))
            except DatabaseError as trouble:
                # The pages stay open; they hear what they missed when the database is back.
                log.warning("live events cannot be read", error=type(trouble).__name__)
                news = {}
            for workspace_id, events in news.items():
                self._hand_out(workspace_id, events)
            await asyncio.sleep(max(LOOK_EVERY_S - (loop.time() - began), LOOK_EVERY_S / 4))

    def _hand_out(self, workspace_id: int, events: "Sequence[LiveEvent] | int") -> None:
        """Tell every page of a workspace; instead of too many events comes the last one's id."""
        pages = self._pages.get(workspace_id)
        if pages is None:  # the last one was closed while we read
            return
        if isinstance(events, int):
            self._reached[workspace_id] = events
            told = dict.fromkeys((False, True), _nothing_kept(events))
        else:
            self._reached[workspace_id] = events[-1].id
            told = {
                hides: message(events, hides_ids=hides) for hides in {p.hides_ids for p in pages}
            }
        for page in pages:
            page.tell(told[page.hides_ids])


hub = Hub()


def next_beat_s() -> float:
    """Seconds until a page's next beat: not all pages at once."""
    return BEAT_EVERY_S * random.uniform(0.8, 1.2)


_NAMES = ("conversation", "channel", "watch", "person")


def message(events: Sequence[LiveEvent], *, hides_ids: bool) -> bytes:
    """Many events as one server-sent message: which kinds, and which conversations changed.

    Partners are told only that something changed: an id would say that a conversation exists.
    """
    told: dict[str, Any] = {"kinds": sorted({event.kind for event in events}), "everything": False}
    for name in _NAMES:
        told[f"{name}s"] = [] if hides_ids else sorted(_ids(events, name))
    return _sent(events[-1].id, told)


def _ids(events: Sequence[LiveEvent], name: str) -> set[int]:
    """The ids of this kind of thing in the events, which carry one or many."""
    one, many = f"{name}_id", f"{name}_ids"
    ids = {event.payload[one] for event in events if one in event.payload}
    ids.update(*(event.payload.get(many, ()) for event in events))
    if name == "conversation":
        contexts = {str(event.payload.get("context", "")) for event in events}
        ids |= {int(at.partition(":")[2]) for at in contexts if at.startswith("conversation:")}
    return ids


def _nothing_kept(last_id: int) -> bytes:
    """What stands for more events than anybody wants to hear of: load all that is shown afresh."""
    told: dict[str, Any] = {"kinds": [], "everything": True}
    return _sent(last_id, told | {f"{name}s": [] for name in _NAMES})


def _everything(told: bytes) -> bytes:
    """The same for a message whose predecessors were dropped."""
    return _nothing_kept(int(told.split(b"\n", 1)[0].removeprefix(b"id: ")))


def _sent(id_: int, told: Mapping[str, Any]) -> bytes:
    return f"id: {id_}\nevent: changes\ndata: {json.dumps(told)}\n\n".encode()


@sync_to_async
def _latest(workspace_id: int) -> int:
    close_old_connections()
    return latest_id(workspace_id)


@sync_to_async
def _after(workspace_id: int, after: int, start: int) -> list[LiveEvent] | None:
    """What a page missed that was away; None when it is too much to tell."""
    close_old_connections()
    missed = events_after(workspace_id, after, TOO_FAR + 1)
    return None if len(missed) > TOO_FAR else [event for event in missed if event.id <= start]


@sync_to_async
def _news(reached: Mapping[int, int]) -> dict[int, list[LiveEvent] | int]:
    """New events by workspace; where there are too many, the id of the last of them."""
    close_old_connections()
    news: dict[int, list[LiveEvent] | int] = {}
    for workspace_id, after in reached.items():
        events = events_after(workspace_id, after, TOO_MANY + 1)
        if len(events) > TOO_MANY:
            news[workspace_id] = latest_id(workspace_id)
        elif events:
            news[workspace_id] = events
    return news
