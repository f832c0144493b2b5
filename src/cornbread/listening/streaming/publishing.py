"""Heard batches on their way into the stream: published, confirmed, and only then done with."""

import asyncio
import random
import threading
from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from cornbread.channels.domain.posts import Batch
from cornbread.foundation.jobs import Backoff
from cornbread.foundation.logs import get_logger
from cornbread.foundation.stream import Connection, Disturbed
from cornbread.listening.domain.envelope import Envelope, pack
from cornbread.listening.streaming.places import Places
from cornbread.listening.streaming.sharing import stream

log = get_logger(__name__)

#: Between two attempts while the stream takes nothing; the listener reads nothing meanwhile.
BACKOFF = Backoff(base_s=0.5, cap_s=10)
#: What a message may be short of the server's limit: headers and subject.
MARGIN_BYTES = 1_024
#: Parts of a batch that are on their way at the same time.
AT_ONCE = 16


class Stopped(Exception):
    """The listener has to end; the batch was not published and will be heard again."""


class TooLarge(Exception):
    """One post alone is larger than the server takes."""

    def __init__(self, envelope: Envelope) -> None:
        super().__init__("one post is larger than the stream server takes")
        self.envelope = envelope


def publish(envelope: Envelope, stop: threading.Event) -> None:
    """Publish and wait for the confirmation, for as long as it takes: back-pressure.

    Raises Stopped when ``stop`` is set first, TooLarge for a single post beyond the limit, and
    StreamUnreachable when there was no connection from the beginning.
    """
    connection, places = stream()
    failures = 0
    while not stop.is_set():
        try:
            connection.call(_send(connection, places, envelope), within_s=60)
        except Disturbed as trouble:
            failures += 1
            if failures == 1:
                log.warning("stream takes nothing", reason=str(trouble)[:60].replace(" ", "_"))
            stop.wait(BACKOFF.delay_s(failures, random.random()))
        else:
            if failures:
                log.info("stream takes posts again", attempts=failures + 1)
            return
    raise Stopped


async def _send(connection: Connection, places: Places, envelope: Envelope) -> None:
    limit = connection.client.max_payload - MARGIN_BYTES
    subject = places.heard(envelope.workspace_id)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(data: bytes) -> None:
        async with gate:
            await connection.jetstream.publish(
                subject,
                data,
                stream=places.heard_stream,
                headers={"Nats-Msg-Id": message_id(envelope, data)},
            )

    await asyncio.gather(*[one(data) for data in parts(envelope, limit)])


def message_id(envelope: Envelope, data: bytes) -> str:
    """The same for the same posts of the same channel, so that a repeat is recognised."""
    digest = blake2b(data, digest_size=18, person=b"heard")
    digest.update(envelope.channel_id.to_bytes(8))
    return digest.hexdigest()


def parts(envelope: Envelope, limit: int) -> Iterator[bytes]:
    """The envelope as messages of at most ``limit`` bytes, without the cursor: that stays here.

    Deletions travel behind the posts.
    """
    batch = msgspec.structs.replace(envelope.batch, cursor=None)
    data = pack(msgspec.structs.replace(envelope, batch=batch))
    if len(data) <= limit:
        yield data
        return
    halves = _halves(batch)
    if halves is None:
        raise TooLarge(envelope)
    for half in halves:
        yield from parts(msgspec.structs.replace(envelope, batch=half), limit)


def _halves(batch: Batch) -> tuple[Batch, Batch] | None:
    posts, deletions = batch.posts, batch.deletions
    if posts and deletions:
        return (
            Batch(stream=batch.stream, posts=posts),
            Batch(stream=batch.stream, deletions=deletions),
        )
    middle = max(len(posts), len(deletions)) // 2
    if not middle:
        return None
    return (
        Batch(stream=batch.stream, posts=posts[:middle], deletions=deletions[:middle]),
        Batch(stream=batch.stream, posts=posts[middle:], deletions=deletions[middle:]),
    )
