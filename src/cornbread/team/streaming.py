"""Live events to browsers: one plain ASGI endpoint of server-sent events per workspace.

One reader per process looks for new events of every workspace that somebody watches, and each
browser gets what is new as one coalesced message, so a thousand changes in a second are a few
messages and not a thousand. Messages carry the id of the last event, so a browser that comes
back goes on from there; one that was away for too long is told to load everything afresh.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import close_old_connections
from django.utils.crypto import constant_time_compare

from cornbread.foundation.errors import Refusal
from cornbread.foundation.live import LiveEvent, events_after, latest_id
from cornbread.team import queries
from cornbread.team.models import Member, User

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = re.compile(r"^/w/(?P<slug>[\w-]+)/live$")
LOOK_EVERY_S = 0.2
BEAT_EVERY_S = 15.0
#: More than this behind is not caught up event by event.
TOO_FAR = 500


@dataclass(eq=False)
class Subscriber:
    """One open browser page."""

    workspace_id: int
    hides_ids: bool
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: list[LiveEvent] = field(default_factory=list)


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
            missed = await _after(workspace_id, after, TOO_FAR)
            subscriber.waiting[:0] = [event for event in missed if event.id <= start]
            subscriber.wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._read())
        return start if after is None else after

    def leave(self, subscriber: Subscriber) -> None:
        """The page was closed."""
        self._subscribers.discard(subscriber)

    async def _read(self) -> None:
        while self._subscribers:
            for workspace_id in {one.workspace_id for one in self._subscribers}:
                events = await _after(workspace_id, self._reached[workspace_id], TOO_FAR)
                if events:
                    self._reached[workspace_id] = events[-1].id
                    self._hand_out(workspace_id, events)
            await asyncio.sleep(LOOK_EVERY_S)
        self._reached.clear()

    def _hand_out(self, workspace_id: int, events: Iterable[LiveEvent]) -> None:
        for subscriber in self._subscribers:
            if subscriber.workspace_id == workspace_id:
                subscriber.waiting.extend(events)
                subscriber.wake.set()


hub = Hub()


def message(events: list[LiveEvent], *, hides_ids: bool) -> bytes:
    """Many events as one server-sent message: which kinds, and which conversations changed.

    Partners are told only that something changed: an id would say that a conversation exists.
    """
    kinds = sorted({event.kind for event in events})
    told: dict[str, Any] = {"kinds": kinds}
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
        member = await _member(scope, found["slug"])
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
        while not gone.done():
            try:
                async with asyncio.timeout(BEAT_EVERY_S):
                    await _either(subscriber.wake.wait(), gone)
            except TimeoutError:
                await _send(send, b": still here\n\n")
                continue
            events, subscriber.waiting = subscriber.waiting, []
            subscriber.wake.clear()
            if events:
                await _send(send, message(events, hides_ids=subscriber.hides_ids))
    finally:
        hub.leave(subscriber)
        gone.cancel()


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
def _member(scope: Scope, slug: str) -> Member | None:
    """The signed-in member, found as Django's own middleware would find them."""
    close_old_connections()
    cookies = SimpleCookie(dict(scope.get("headers", [])).get(b"cookie", b"").decode("latin-1"))
    cookie = cookies.get(settings.SESSION_COOKIE_NAME)
    if cookie is None:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(cookie.value)
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = User.objects.filter(pk=session.get(SESSION_KEY), is_active=True).first()
    known = session.get(HASH_SESSION_KEY, "")
    if user is None or not constant_time_compare(known, user.get_session_auth_hash()):
        return None
    try:
        member = queries.member(slug, user=user)
        member.require("conversation.read")
    except Refusal:
        return None
    return member


@sync_to_async
def _latest(workspace_id: int) -> int:
    close_old_connections()
    return latest_id(workspace_id)


@sync_to_async
def _after(workspace_id: int, after: int, limit: int) -> list[LiveEvent]:
    close_old_connections()
    return events_after(workspace_id, after, limit)
