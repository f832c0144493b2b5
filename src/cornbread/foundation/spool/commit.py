"""Group commit: many callers append, one thread writes, and one fsync serves them all."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

Waiting = asyncio.Future[None] | Future[None]


class Writes(Protocol):
    """Where groups go; ``write`` returns when they are durable and raises when they are not."""

    def write(self, records: list[bytes], /) -> None: ...

    def close(self) -> None: ...


class GroupCommit:
    """Gathers what comes while a group is being written into the next one.

    ``open`` makes the writer, at the first record; what it raises is told to whoever waits, and
    it is asked again for the next group.
    """

    def __init__(self, open_writer: Callable[[], Writes]) -> None:
        self._open_writer = open_writer
        self._writer: Writes | None = None
        self._pending: list[tuple[bytes, Waiting]] = []
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False

    async def append(self, record: bytes) -> None:
        """Return when the record is durable; raises what the writer raised."""
        future = asyncio.get_running_loop().create_future()
        self._add(record, future)
        await future

    def append_now(self, record: bytes) -> None:
        """The same for callers that may block."""
        future: Future[None] = Future()
        self._add(record, future)
        future.result()

    def close(self) -> None:
        """Write what waits and let go of the writer."""
        with self._wake:
            self._closing = True
            self._wake.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _add(self, record: bytes, future: Waiting) -> None:
        with self._wake:
            self._pending.append((record, future))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
                self._thread.start()
            elif len(self._pending) == 1:
                self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._pending and not self._closing:
                    self._wake.wait()
                group, self._pending = self._pending, []
                if not group:
                    self._end()
                    return
            error = self._write([record for record, _ in group])
            _tell([future for _, future in group], error)

    def _end(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer, self._thread, self._closing = None, None, False

    def _write(self, records: list[bytes]) -> Exception | None:
        try:
            if self._writer is None:
                self._writer = self._open_writer()
            self._writer.write(records)
        except Exception as trouble:  # whoever waits must hear of it, whatever it is
            return trouble
        return None


def _tell(waiting: list[Waiting], error: Exception | None) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for one in waiting:
        if isinstance(one, Future):
            _settle(one, error)
        else:
            by_loop.setdefault(one.get_loop(), []).append(one)
    for loop, futures in by_loop.items():
        # A loop that has ended has nobody left who waits.
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle_all, futures, error)


def _settle_all(waiting: list[asyncio.Future[None]], error: Exception | None) -> None:
    for one in waiting:
        if not one.done():
            _settle(one, error)


def _settle(one: Waiting, error: Exception | None) -> None:
    if error is None:
        one.set_result(None)
    else:
        one.set_exception(error)
