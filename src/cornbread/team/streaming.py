"""Live events to browsers: one plain ASGI endpoint of server-sent events per workspace.

Messages carry the id of the last event, so a browser that comes back goes on from there; one that
is too far behind is told that everything may have changed. Whether the member may still look is
asked again at every beat, so a removed member or an ended session is cut off within seconds.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from cornbread.team.hub import Subscriber, hub, next_beat_s
from cornbread.team.live_sign_in import member_of_session
from cornbread.team.models import Member

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = re.compile(r"^/w/(?P<slug>[\w-]+)/live$")
_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


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
    gone = asyncio.create_task(_disconnected(receive, subscriber))
    try:
        start = await hub.join(subscriber, _last_event_id(scope))
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await _send(send, f"retry: 2000\nid: {start}\nevent: ready\ndata: {{}}\n\n".encode())
        await _tell(scope, send, subscriber, member.workspace.slug)
        if not subscriber.closed:
            await send({"type": "http.response.body", "body": b""})
    finally:
        hub.leave(subscriber)
        gone.cancel()


async def _tell(scope: Scope, send: Send, subscriber: Subscriber, slug: str) -> None:
    """Send what comes until the page is closed or may no longer be shown."""
    loop = asyncio.get_running_loop()
    beat = loop.call_later(next_beat_s(), subscriber.beat)
    try:
        while True:
            await subscriber.wake.wait()
            subscriber.wake.clear()
            if subscriber.closed:
                return
            if told := subscriber.take():
                await _send(send, told)
            if subscriber.beat_due:
                still = await member_of_session(scope, slug)
                if still is None:
                    return
                subscriber.hides_ids, subscriber.beat_due = still.limited_to_teams, False
                await _send(send, b": still here\n\n")
                beat = loop.call_later(next_beat_s(), subscriber.beat)
    finally:
        beat.cancel()


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _disconnected(receive: Receive, subscriber: Subscriber) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscriber.close()


async def _refuse(send: Send) -> None:
    # 204 tells EventSource to stop trying; the page itself will lead to the sign-in.
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def _last_event_id(scope: Scope) -> int | None:
    headers = dict(scope.get("headers", []))
    value = headers.get(b"last-event-id", b"").decode("latin-1")
    return int(value) if value.isdecimal() and len(value) < 19 else None
