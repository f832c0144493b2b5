"""The streams of an installation: what was heard and waits, what was given up, what was tried.

Heard posts lie in a work queue: a message is deleted once a worker has committed and confirmed
it. Nothing expires there, and a full stream takes no more instead of dropping its oldest, so that
the listeners hold back and nothing is lost. Letters that were given up are kept for a while, and
so are the marks of attempts with letters that came back too often.
"""

from collections.abc import Iterator

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

#: Room for heard posts in bytes, unless the stream was made with more: at 1 KB a post ten million.
HEARD_BYTES = 10 * 1024**3
DEAD_BYTES = 1024**3
#: Letters that were given up are kept this long, in seconds.
DEAD_AGE_S = 30 * 86_400
#: Marks of attempts: a few bytes each, and gone when nobody can be trying any more.
TRIED_BYTES = 16 * 1024**2
TRIED_AGE_S = 86_400
#: The same batch published again within this many seconds is dropped by the server.
DUPLICATE_WINDOW_S = 120
#: A worker that shows no sign of life for this many seconds loses what it held to the others.
ACK_WAIT_S = 30.0
#: Messages that all workers together may hold; beyond it the server hands out no more.
MOST_HELD = 2_000
CONSUMER = "intake"


class Places:
    """The names of streams and subjects for an installation."""

    def __init__(self, name: str) -> None:
        self.heard_stream = f"{name}-heard"
        self.dead_stream = f"{name}-dead"
        self.tried_stream = f"{name}-tried"
        self.heard_subjects = f"{name}.heard.*"
        self.dead_subject = f"{name}.dead"
        self.tried_subjects = f"{name}.tried.*"
        self._heard = f"{name}.heard"
        self._tried = f"{name}.tried"

    def heard(self, workspace_id: int) -> str:
        """The subject of a workspace's posts."""
        return f"{self._heard}.{workspace_id}"

    def tried(self, letter: str) -> str:
        """The subject of the attempts with one letter."""
        return f"{self._tried}.{letter}"

    async def ensure(self, jetstream: JetStreamContext) -> None:
        """Make what is missing; what an operator has changed (size, replicas, age) stays so."""
        for wanted in self._streams():
            await self._ensure_stream(jetstream, wanted)
        try:
            await jetstream.consumer_info(self.heard_stream, CONSUMER)
        except NotFoundError:
            # Workers count deliveries themselves: here a message past its limit would lie unseen.
            settings = ConsumerConfig(
                durable_name=CONSUMER,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ACK_WAIT_S,
                max_deliver=-1,
                max_ack_pending=MOST_HELD,
            )
            await jetstream.add_consumer(self.heard_stream, settings)

    def _streams(self) -> Iterator[StreamConfig]:
        yield StreamConfig(
            name=self.heard_stream,
            description="Posts that were heard and wait to be taken in",
            subjects=[self.heard_subjects],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_bytes=HEARD_BYTES,
            duplicate_window=DUPLICATE_WINDOW_S,
        )
        yield StreamConfig(
            name=self.dead_stream,
            description="Posts that could not be taken in, with the reason",
            subjects=[self.dead_subject],
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_bytes=DEAD_BYTES,
            max_age=DEAD_AGE_S,
            duplicate_window=DUPLICATE_WINDOW_S,
        )
        yield StreamConfig(
            name=self.tried_stream,
            description="Attempts with posts that came back too often",
            subjects=[self.tried_subjects],
            storage=StorageType.FILE,
            max_bytes=TRIED_BYTES,
            max_age=TRIED_AGE_S,
        )

    async def _ensure_stream(self, jetstream: JetStreamContext, wanted: StreamConfig) -> None:
        try:
            await jetstream.stream_info(str(wanted.name))
        except NotFoundError:
            await jetstream.add_stream(wanted)
