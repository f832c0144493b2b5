"""A stream of its own on the NATS server of this machine, for the length of a test."""

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from nats.js.errors import NotFoundError

from cornbread.foundation.stream import Connection, StreamUnreachable, parse
from cornbread.listening.streaming import sharing
from cornbread.listening.streaming.mailbox import Mailbox
from cornbread.listening.streaming.places import CONSUMER, Places
from cornbread.listening.streaming.worker import IntakeWorker

_numbers = count(1)
SERVER = os.environ.get("CI_STREAM_URL", "nats://127.0.0.1:4222").rstrip("/")


def url_here() -> str:
    """The address of the server, or a skip that says what is missing."""
    try:
        Connection(parse(SERVER)).open().close()
    except StreamUnreachable as missing:
        pytest.skip(f"no NATS with JetStream answers: {missing.message}")
    return SERVER


def remove(connection: Connection, places: Places) -> None:
    """Leave the server as it was."""
    for name in (places.heard_stream, places.dead_stream, places.tried_stream):
        with suppress(NotFoundError):
            connection.call(_delete(connection, name))


async def _delete(connection: Connection, name: str) -> None:
    with suppress(NotFoundError):
        await connection.jetstream.delete_stream(name)


async def _fall_silent(mailbox: Mailbox) -> None:
    assert mailbox._beating
    assert mailbox._subscription
    mailbox._beating.cancel()
    await mailbox._subscription.unsubscribe()


class StreamHere:
    """The stream of a test, with workers that run until they find nothing more."""

    def __init__(self) -> None:
        self.connection, self.places = sharing.stream()

    def work(self, *, wait_s: float = 0.3) -> int:
        """Let a worker take in all that waits; how many messages it was handed."""
        worker = IntakeWorker(threading.Event())
        handed = 0
        while letters := worker._mailbox.gather(wait_s):
            handed += len(letters)
            worker.take(letters)
        worker._mailbox.close()
        return handed

    def hand_on_after(self, seconds: float) -> None:
        """What a worker holds goes to others after so short a silence."""

        async def change() -> None:
            jetstream, stream = self.connection.jetstream, self.places.heard_stream
            info = await jetstream.consumer_info(stream, CONSUMER)
            await jetstream.add_consumer(stream, info.config.evolve(ack_wait=seconds))

        self.connection.call(change())

    def worker_that_dies(self, *, at_work: bool) -> None:
        """A worker falls silent, before it begins what it was handed or in the midst of it."""
        worker = IntakeWorker(threading.Event())
        letters = worker._mailbox.gather(5)
        assert letters
        if at_work:
            with pytest.raises(SystemExit):
                worker.take(letters)
        self.connection.call(_fall_silent(worker._mailbox))


@pytest.fixture
def stream_here(settings: Any) -> Iterator[StreamHere]:
    """A stream that no other test sees."""
    settings.STREAM_URL = f"{url_here()}/test-{os.getpid()}-{next(_numbers)}"
    here = StreamHere()
    yield here
    remove(here.connection, here.places)
    here.connection.close()
    sharing.close()
