"""Dead letters of the stream: batches that could not be taken in, with the reason."""

from datetime import UTC, datetime

import msgspec
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from cornbread.foundation.clock import now
from cornbread.foundation.stream import Connection
from cornbread.listening.domain.envelope import unpack
from cornbread.listening.streaming.mailbox import Letter
from cornbread.listening.streaming.places import Places
from cornbread.listening.streaming.publishing import MARGIN_BYTES
from cornbread.listening.streaming.sharing import stream

SUBJECT, REASON, ATTEMPTS, AT = "Subject", "Reason", "Attempts", "Given-Up-At"
_NOT_FOUND = 10037


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """``number`` names it for a replay. What the posts say is not shown."""

    number: int
    reason: str
    attempts: int
    at: datetime
    subject: str
    bytes: int
    channel_id: int | None = None
    posts: int | None = None


async def bury(
    connection: Connection, places: Places, letter: Letter, reason: str, attempts: int
) -> None:
    """Publish a message among the dead letters; done when the server has confirmed it."""
    headers = {
        "Nats-Msg-Id": f"{places.heard_stream}-{letter.number}",
        SUBJECT: letter.subject,
        REASON: reason[:80],
        ATTEMPTS: str(attempts),
        AT: now().isoformat(),
    }
    room = connection.client.max_payload - MARGIN_BYTES // 4
    await connection.jetstream.publish(
        places.dead_subject, letter.data[:room], stream=places.dead_stream, headers=headers
    )


def dead_letters(limit: int) -> list[DeadLetter]:
    """The oldest first."""
    connection, places = stream()
    return connection.call(_dead_letters(connection, places, limit), within_s=60)


def replay(number: int) -> bool:
    """Hand a dead letter to the workers again, with all its attempts; False when it is gone."""
    connection, places = stream()
    return connection.call(_replay(connection, places, number))


async def _dead_letters(connection: Connection, places: Places, limit: int) -> list[DeadLetter]:
    state = (await connection.jetstream.stream_info(places.dead_stream)).state
    found: list[DeadLetter] = []
    number = state.first_seq
    while len(found) < limit and number <= state.last_seq:
        message = await _next(connection, places, number)
        if message is None or message.seq is None:
            break
        found.append(_letter(message))
        number = message.seq + 1
    return found


async def _next(connection: Connection, places: Places, number: int) -> RawStreamMsg | None:
    """The first dead letter from this number on."""
    try:
        return await connection.jetstream.get_msg(
            places.dead_stream, number, subject=places.dead_subject, next=True
        )
    except NotFoundError:
        return None


async def _replay(connection: Connection, places: Places, number: int) -> bool:
    try:
        message = await connection.jetstream.get_msg(places.dead_stream, number)
    except NotFoundError:
        return False
    headers = message.headers or {}
    # Another id than before: it is meant to come again.
    await connection.jetstream.publish(
        headers.get(SUBJECT, places.heard(0)),
        message.data or b"",
        stream=places.heard_stream,
        headers={"Nats-Msg-Id": f"{places.dead_stream}-{number}"},
    )
    await connection.jetstream.delete_msg(places.dead_stream, number)
    return True


def _letter(message: RawStreamMsg) -> DeadLetter:
    headers, data = message.headers or {}, message.data or b""
    channel_id = posts = None
    try:
        envelope = unpack(data)
        channel_id, posts = envelope.channel_id, len(envelope.batch.posts)
    except (msgspec.ValidationError, msgspec.DecodeError):
        pass  # that is why it is here
    return DeadLetter(
        number=message.seq or 0,
        reason=headers.get(REASON, ""),
        attempts=int(headers.get(ATTEMPTS, "0")),
        at=datetime.fromisoformat(headers[AT]) if AT in headers else datetime.fromtimestamp(0, UTC),
        subject=headers.get(SUBJECT, ""),
        bytes=len(data),
        channel_id=channel_id,
        posts=posts,
    )
