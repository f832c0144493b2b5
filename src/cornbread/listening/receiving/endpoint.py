"""``POST /in/<key>``: signed posts in, answered once they are on disk.

A plain ASGI endpoint before Django: a burst of a network is thousands of requests a second, and
each must cost little more than its signature.
"""

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.db import DatabaseError

from cornbread.channels.domain.handed_in import Unusable, read
from cornbread.channels.domain.signing import BadSignature, utc, verify
from cornbread.channels.models import Channel
from cornbread.foundation.errors import Overloaded
from cornbread.foundation.logs import get_logger
from cornbread.foundation.problems import MEDIA_TYPE, problem_body
from cornbread.foundation.spool import SpoolTaken
from cornbread.listening.receiving.doors import Door, Doors
from cornbread.listening.receiving.records import record_of
from cornbread.listening.receiving.repeats import Repeats
from cornbread.listening.receiving.spooling import Spool, the_spool

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIX = "/in/"
LARGEST = 1_000_000
#: When to try again after a 503, in seconds.
AGAIN_S = 10
_KEY = re.compile(r"[0-9a-f]{32}")
_ACCEPTED = b'{"accepted":%d}'

log = get_logger(__name__)


class Refused(Exception):
    """An answer that is not 202."""

    def __init__(
        self,
        status: int,
        detail: str,
        code: str | None = None,
        fields: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.body = problem_body(status=status, detail=detail, code=code, fields=fields)


class Receiver:
    """The endpoint of one process."""

    def __init__(self, open_spool: Callable[[], Spool] = the_spool) -> None:
        self._open_spool = open_spool
        self._doors = Doors()
        self._repeats = Repeats()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            accepted = await self._take(scope, receive)
        except Refused as refused:
            headers = [(b"content-type", MEDIA_TYPE.encode())]
            if refused.status == 503:
                headers.append((b"retry-after", str(AGAIN_S).encode()))
            if refused.status == 405:
                headers.append((b"allow", b"POST"))
            await _answer(send, refused.status, headers, refused.body)
            return
        headers = [(b"content-type", b"application/json")]
        await _answer(send, 202, headers, _ACCEPTED % accepted)

    async def _take(self, scope: Scope, receive: Receive) -> int:
        """How many posts and deletions were stored; raises Refused."""
        if scope["method"] != "POST":
            raise Refused(405, "Send posts here with POST.")
        headers = _headers(scope)
        body = await _body(receive, headers.get(b"content-length", b""))
        door = await self._door(scope["path"][len(PREFIX) :])
        message = _verified(door, headers, body)
        if message in self._repeats:
            return 0
        accepted, record = _record(door, body)
        if record:
            await self._store(record)
        self._repeats.add(message)
        return accepted

    async def _door(self, key: str) -> Door:
        try:
            door = await self._doors.find(key) if _KEY.fullmatch(key) else None
        except DatabaseError as trouble:
            log.warning("receiving channels cannot be read", error=type(trouble).__name__)
            raise Refused(503, "Not possible just now; send it again in a while.") from trouble
        if door is None:
            raise Refused(404, "Nobody receives at this address.")
        return door

    async def _store(self, record: bytes) -> None:
        try:
            await self._open_spool().append(record)
        except Overloaded as full:
            log.warning("a message was refused", code=full.reason)
            raise Refused(503, full.message, full.reason) from full
        except (OSError, SpoolTaken) as broken:
            log.exception("the spool cannot be opened")
            raise Refused(503, "It cannot be stored just now.", "spool_unwritable") from broken


def _headers(scope: Scope) -> dict[bytes, bytes]:
    return dict(scope["headers"])


async def _body(receive: Receive, length: bytes) -> bytes:
    """The whole body; refuses one that is or becomes too large."""
    if length.isdigit() and int(length[:12]) > LARGEST:
        raise _too_large()
    event = await receive()
    body: bytes = event.get("body", b"")
    if event.get("more_body"):
        parts, size = [body], len(body)
        while event.get("more_body"):
            event = await receive()
            parts.append(event.get("body", b""))
            size += len(parts[-1])
            if size > LARGEST:
                raise _too_large()
        body = b"".join(parts)
    if event["type"] == "http.disconnect":
        raise Refused(400, "The body did not arrive whole.")
    return body


def _too_large() -> Refused:
    return Refused(413, f"Send at most {LARGEST:,} bytes at a time.")


def _verified(door: Door, headers: dict[bytes, bytes], body: bytes) -> tuple[int, bytes]:
    """The message's channel and id, once it is certain whose it is; raises Refused."""
    if door.state == Channel.State.REMOVED:  # its secret is forgotten, so nobody can sign
        raise Refused(410, "This channel is disconnected. Send nothing more here.", "gone")
    message_id = headers.get(b"webhook-id", b"")
    try:
        verify(
            door.keys,
            message_id=message_id,
            timestamp=headers.get(b"webhook-timestamp", b""),
            signatures=headers.get(b"webhook-signature", b""),
            body=body,
            now_s=time.time(),
        )
    except BadSignature as wrong:
        raise Refused(401, str(wrong), "bad_signature") from wrong
    if door.state == Channel.State.PAUSED:
        raise Refused(503, "This channel is paused. Send it again later.", "paused")
    return door.channel_id, message_id


def _record(door: Door, body: bytes) -> tuple[int, bytes]:
    """What to store, and how many posts and deletions it holds; raises Refused."""
    try:
        posts, deletions = read(body, utc(time.time()))
    except Unusable as wrong:
        status = 422 if wrong.faults else 400
        raise Refused(status, wrong.sentence, fields=wrong.faults) from wrong
    count = len(posts) + len(deletions)
    record = record_of(door.workspace_id, door.channel_id, posts, deletions) if count else b""
    return count, record


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def with_receiving(app: App) -> App:
    """The application with the receiving endpoint in front of it."""
    receiver = Receiver()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await receiver.serve(scope, receive, send)
        else:
            await app(scope, receive, send)

    return serve
