"""Senders of webhooks for tests: sign posts, and hand them to the endpoint without a server."""

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from cornbread.channels.domain.signing import key_of, sign
from cornbread.channels.models import Channel
from cornbread.foundation import spool
from cornbread.listening.receiving import draining, endpoint, spooling
from cornbread.listening.receiving.doors import Door, door_of
from tests.world import catch_up

THEN = "2026-03-02T22:10:00Z"


def post(id_: str, text: str = "Where is my parcel?", **more: Any) -> dict[str, Any]:
    """A post as a sender writes it."""
    author = {"id": "mara", "handle": "mara_k", "name": "Mara"}
    return {"id": id_, "author": author, "text": text, "created_at": THEN, **more}


def body_of(*posts: dict[str, Any], **more: Any) -> bytes:
    """A message with these posts."""
    return json.dumps({"posts": posts, **more}).encode()


def signed(
    body: bytes, secret: str, *, message_id: str = "", at: float | None = None
) -> dict[str, str]:
    """The headers of a message."""
    message_id = message_id or f"msg_{uuid4().hex}"
    stamp = int(time.time() if at is None else at)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(key_of(secret), message_id, stamp, body),
    }


@dataclass
class Answer:
    """What the endpoint said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        """Its JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class Sending:
    """The endpoint of one process, with a spool of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.spool = spool.GroupCommit(lambda: spool.open_writer(place))
        self.receiver = endpoint.Receiver(lambda: self.spool)
        self.drain = draining.Drain(place)
        self.doors: dict[str, Door] = {}

    def ask(
        self,
        key: str,
        body: bytes,
        headers: dict[str, str],
        *,
        method: str = "POST",
        chunks: Iterable[bytes] = (),
    ) -> Answer:
        """One request; ``chunks`` are the body as it arrives, when not in one piece."""
        # Read here: inside the event loop the test's own transaction cannot be seen.
        self.doors = {one.address: door_of(one) for one in Channel.objects.filter(kind="webhook")}
        parts = list(chunks) or [body]
        events = [
            {"type": "http.request", "body": one, "more_body": number < len(parts) - 1}
            for number, one in enumerate(parts)
        ]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return events.pop(0)

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": f"/in/{key}",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        asyncio.run(self.receiver.serve(scope, receive, send))
        head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], head, sent[1]["body"])

    def send(self, channel: Channel, *posts: dict[str, Any], **more: Any) -> Answer:
        """A good message to this channel."""
        body = body_of(*posts, **more)
        return self.ask(channel.address, body, signed(body, channel.secret["signing"]))

    def take_in(self) -> None:
        """What waits is taken in, and the rooms ahead follow."""
        while self.drain.once():
            pass
        catch_up()


@pytest.fixture
def sending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sending:
    """A process that receives, with a spool of its own."""
    made = Sending(tmp_path / "spool")

    async def read(key: str) -> Door | None:
        return made.doors.get(key)

    monkeypatch.setattr("cornbread.listening.receiving.doors._read", read)
    monkeypatch.setattr("cornbread.listening.receiving.doors.FRESH_S", 0)
    monkeypatch.setattr("cornbread.listening.receiving.doors.STALE_S", 0)
    monkeypatch.setattr(spooling, "the_spool", lambda: made.spool)
    monkeypatch.setattr("cornbread.listening.actions.the_spool", lambda: made.spool)
    monkeypatch.setattr(spooling, "root", lambda: made.place)
    monkeypatch.setattr(draining, "root", lambda: made.place)
    return made
