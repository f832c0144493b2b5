"""Live events to browsers: one plain ASGI endpoint of server-sent events per workspace.

One reader per process looks for new events of every workspace that somebody watches, and each
browser gets what is new as one coalesced message, so a thousand changes in a second are a few
messages and not a thousand. Messages carry the id of the last event, so a browser that comes
back goes on from there; one that is too far behind is told that everything may have changed.
Whether the member may still look is asked again at every beat, so a removed member or an ended
session is cut off within seconds.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections

from cornbread.foundation.live import LiveEvent, events_after, latest_id
from cornbread.foundation.logs import get_logger
from cornbread.team.live_sign_in import member_of_session
from cornbread.team.models import Member

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = re.compile(r"^/w/(?P<slug>[\w-]+)/live$")
LOOK_EVERY_S = 0.2
BEAT_EVERY_S = 15.0
#: Whoever is more events behind than this is told to load everything afresh.
TOO_FAR = 500

log = get_logger(__name__)


@dataclass(eq=False)
class Subscriber:
    """One open browser page."""

    workspace_id: int
    hides_ids: bool
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: list[LiveEvent] = field(default_factory=list)
    everything: bool = False

    def tell(self, events: Iterable[LiveEvent]) -> None:
        """Keep events for the next message; of too many only that there were any."""
        self.waiting.extend(events)
        if len(self.waiting) > TOO_FAR:
            self.waiting, self.everything = self.waiting[-1:], True
        self.wake.set()

    def take(self) -> bytes | None:
        """One message with all that waits."""
        events, self.waiting = sorted(self.waiting, key=lambda one: one.id), []
        everything, self.everything = self.everything, False
        self.wake.clear()
        if not events:
            return None
        return message(events, hides_ids=self.hides_ids, everything=everything)


class Hub:
    """Reads new events for all subscribers of this process."""

    def __init__(self) -> None:
        self._subscribers: set[Subscriber] = set()
        self._reached: dict[int, int] = {}
        self._task: asyncio.Task[None] | None = None

    async def join(self, subscriber: Subscriber, after: int | None) -> int:
        """Start sending to this subscriber what comes after an event id; returns that id."""
        workspace_id = subscriber.workspace_id
        if workspace_id not in self._reached:
            self._reached[workspace_id] = await _latest(workspace_id)
        start = self._reached[workspace_id]
        self._subscribers.add(subscriber)
        if after is not None and after < start:
            missed = await _after(workspace_id, after, TOO_FAR + 1)
            if len(missed) > TOO_FAR:
                missed = await _after(workspace_id, start - 1, 1) or missed[-1:]
                subscriber.everything = True
            subscriber.tell(event for event in missed if event.id <= start)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._read())
        return start if after is None else after

    def leave(self, subscriber: Subscriber) -> None:
        """The page was closed."""
        self._subscribers.discard(subscriber)

    async def _read(self) -> None:
        while self._subscribers:
            try:
                for workspace_id in {one.workspace_id for one in self._subscribers}:
                    await self._read_one(workspace_id)
            except DatabaseError as trouble:
                # The pages stay open; they hear what they missed when the database is back.
                log.warning("live events cannot be read", error=type(trouble).__name__)
            await asyncio.sleep(LOOK_EVERY_S)
        self._reached.clear()

    async def _read_one(self, workspace_id: int) -> None:
        events = await _after(workspace_id, self._reached[workspace_id], TOO_FAR)
        if events:
            self._reached[workspace_id] = events[-1].id
            self._hand_out(workspace_id, events)

    def _hand_out(self, workspace_id: int, events: Iterable[LiveEvent]) -> None:
        for subscriber in self._subscribers:
            if subscriber.workspace_id == workspace_id:
                subscriber.tell(events)


hub = Hub()


def message(events: list[LiveEvent], *, hides_ids: bool, everything: bool = False) -> bytes:
    """Many events as one server-sent message: which kinds, and which conversations changed.

    Partners are told only that something changed: an id would say that a conversation exists.
    ``everything`` stands for more events than were kept: load all that is shown afresh.
    """
    kinds = sorted({event.kind for event in events})
    told: dict[str, Any] = {"kinds": kinds, "everything": everything}
    for name in ("conversation_id", "channel_id", "watch_id", "person_id"):
        ids = {event.payload[name] for event in events if name in event.payload}
        told[name.replace("_id", "s")] = [] if hides_ids else sorted(ids)
    if any(event.payload.get("context", "").startswith("conversation:") for event in events):
        contexts = {str(event.payload.get("context", "")) for event in events}
        ids = {int(one.split(":")[1]) for one in contexts if one.startswith("conversation:")}
        known = set(told["conversations"])
        told["conversations"] = [] if hides_ids else sorted(known | ids)
    return f"id: {events[-1].id}\nevent: changes\ndata: {json.dumps(told)}\n\n".encode()


def with_live_events(app: App) -> App:
    """The application with the live endpoint in front of it."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        found = PATH.match(scope.get("path", "")) if scope["type"] == "http" else None
        if found is None:
            await app(scope, receive, send)
            return
        member = await member_of_session(scope, found["slug"])
        if member is None:
            await _refuse(send)
            return
        await _stream(scope, receive, send, member)

    return serve


async def _stream(scope: Scope, receive: Receive, send: Send, member: Member) -> None:
    subscriber = Subscriber(member.workspace_id, member.limited_to_teams)
    gone = asyncio.create_task(_disconnected(receive))
    try:
        start = await hub.join(subscriber, _last_event_id(scope))
        headers = [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _send(send, f"retry: 2000\nid: {start}\nevent: ready\ndata: {{}}\n\n".encode())
        while not gone.done() and await _until_next_beat(send, subscriber, gone):
            still = await member_of_session(scope, member.workspace.slug)
            if still is None:
                break
            subscriber.hides_ids = still.limited_to_teams
            await _send(send, b": still here\n\n")
        if not gone.done():
            await send({"type": "http.response.body", "body": b""})
    finally:
        hub.leave(subscriber)
        gone.cancel()


async def _until_next_beat(send: Send, subscriber: Subscriber, gone: asyncio.Task[None]) -> bool:
    """Send what comes until the next beat is due; False when the page was closed first."""
    try:
        async with asyncio.timeout(BEAT_EVERY_S):
            while not gone.done():
                await _either(subscriber.wake.wait(), gone)
                if (changes := subscriber.take()) is not None:
                    await _send(send, changes)
    except TimeoutError:
        return True
    return False


async def _either(one: Awaitable[object], other: asyncio.Task[None]) -> None:
    waiting = asyncio.ensure_future(one)
    try:
        await asyncio.wait({waiting, other}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send) -> None:
    # 204 tells EventSource to stop trying; the page itself will lead to the sign-in.
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def _last_event_id(scope: Scope) -> int | None:
    headers = dict(scope.get("headers", []))
    value = headers.get(b"last-event-id", b"").decode("latin-1")
    return int(value) if value.isdecimal() and len(value) < 19 else None


@sync_to_async
def _latest(workspace_id: int) -> int:
    close_old_connections()
    return latest_id(workspace_id)


@sync_to_async
def _after(workspace_id: int, after: int, limit: int) -> list[LiveEvent]:
    close_old_connections()
    return events_after(workspace_id, after, limit)
