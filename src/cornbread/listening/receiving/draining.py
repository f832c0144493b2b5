"""Taking in what was handed in: one thread on a machine reads its spools, in order.

A record leaves the spool once its posts are kept. Several small ones for a channel are taken in
together. A database that is away is waited for; a record that nothing can be done with is set
aside with the reason, so that those behind it go on.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from cornbread.channels import actions as channel_actions
from cornbread.channels.domain.posts import Batch
from cornbread.channels.models import Channel
from cornbread.channels.queries import known_channels
from cornbread.foundation import spool
from cornbread.foundation.logs import get_logger
from cornbread.foundation.stream import StreamUnreachable
from cornbread.listening.domain.envelope import Envelope, unpack
from cornbread.listening.handing_on import hand_on
from cornbread.listening.receiving.spooling import root
from cornbread.listening.streaming.publishing import Stopped

log = get_logger(__name__)

LOOK_EVERY_S = 0.02
#: Posts that are taken in together.
MOST_POSTS = 1000
AGAIN_S = 1.0
_ALIVE_EVERY_S = 5.0

#: Troubles of the place the posts go to, of which no record is the cause.
_AWAY = (OperationalError, InterfaceError, StreamUnreachable, Stopped)


class Drain:
    """Reads the spools below ``place`` and takes their records in, or hands them to the stream."""

    def __init__(self, place: Path, stop: threading.Event | None = None) -> None:
        self.place = place
        self._stop = stop or threading.Event()
        self._readers: dict[Path, spool.SpoolReader] = {}
        self._told_alive: dict[int, float] = {}

    def once(self) -> int:
        """Take in what waits, at most one portion of each spool; how many records that were."""
        done = 0
        for directory in spool.directories(self.place):
            portion = self._reader(directory).read(MOST_POSTS)
            if portion is not None:
                self._take(portion.records)
                self._reader(directory).move(portion.after)
                done += len(portion.records)
        return done

    def _reader(self, directory: Path) -> spool.SpoolReader:
        if directory not in self._readers:
            self._readers[directory] = spool.SpoolReader(directory, self._set_aside)
        return self._readers[directory]

    def _take(self, records: Sequence[bytes]) -> None:
        envelopes = [(record, one) for record in records if (one := self._opened(record))]
        channels = known_channels({one.channel_id for _, one in envelopes})
        by_channel: dict[int, list[tuple[bytes, Envelope]]] = {}
        for record, one in envelopes:
            channel = channels.get(one.channel_id)
            if channel is None or channel.workspace_id != one.workspace_id:
                self._set_aside(record, "Its channel is no longer there.")
            else:
                by_channel.setdefault(one.channel_id, []).append((record, one))
        for channel_id, found in by_channel.items():
            for group in _groups(found):
                self._take_group(channels[channel_id], group)
            self._note_alive(channel_id)

    def _opened(self, record: bytes) -> Envelope | None:
        try:
            return unpack(record)
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            self._set_aside(record, f"It cannot be read: {wrong}.")
            return None

    def _take_group(self, channel: Channel, group: Sequence[tuple[bytes, Envelope]]) -> None:
        """One transaction for all; if that fails because of one of them, one for each."""
        try:
            hand_on(channel, _joined([envelope.batch for _, envelope in group]), self._stop)
        except _AWAY:
            raise
        except Exception as trouble:
            if len(group) == 1:
                log.exception("a handed-in record cannot be taken in", channel_id=channel.pk)
                self._set_aside(group[0][0], f"{type(trouble).__name__}: {trouble}"[:500])
                return
            for one in group:
                self._take_group(channel, [one])

    def _set_aside(self, record: bytes, reason: str) -> None:
        log.error("a handed-in record was set aside", reason=reason, size=len(record))
        spool.set_aside(self.place, record, reason)

    def _note_alive(self, channel_id: int) -> None:
        now = time.monotonic()
        if now - self._told_alive.get(channel_id, -_ALIVE_EVERY_S) >= _ALIVE_EVERY_S:
            self._told_alive[channel_id] = now
            channel_actions.note_alive(channel_id, heard=True)


def _groups(found: Sequence[tuple[bytes, Envelope]]) -> Iterator[list[tuple[bytes, Envelope]]]:
    """Neighbours whose posts fit into one batch."""
    group: list[tuple[bytes, Envelope]] = []
    posts = 0
    for one in found:
        size = len(one[1].batch.posts) + len(one[1].batch.deletions)
        if group and posts + size > MOST_POSTS:
            yield group
            group, posts = [], 0
        group.append(one)
        posts += size
    if group:
        yield group


def _joined(batches: Sequence[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    return Batch(
        stream=batches[0].stream,
        posts=tuple(post for batch in batches for post in batch.posts),
        deletions=tuple(gone for batch in batches for gone in batch.deletions),
    )


def run(stop: threading.Event, place: Path | None = None) -> None:
    """Take in what is handed in until told to stop; one process of a machine does, others wait."""
    place = place or root()
    try:
        while not stop.is_set():
            with spool.reading(place) as ours:
                if ours:
                    _drain(Drain(place, stop), stop)
            stop.wait(AGAIN_S)
    finally:
        connection.close()


def _drain(drain: Drain, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            if not drain.once():
                stop.wait(LOOK_EVERY_S)
        except Exception as trouble:  # what waits stays in the spool until this has passed
            log.warning("nothing can be taken in just now", error=type(trouble).__name__)
            close_old_connections()
            stop.wait(AGAIN_S)


@contextmanager
def draining(stop: threading.Event) -> Iterator[None]:
    """Take in beside whatever the block does, and end with it."""
    thread = threading.Thread(target=run, args=(stop,), name="drain", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)


def set_aside_records() -> list[spool.SetAside]:
    """What could not be taken in on this machine, oldest first; for the operator."""
    return spool.all_set_aside(root())


def waiting_bytes() -> int:
    """How much was handed in on this machine and is not taken in yet; for the operator."""
    readers = (spool.SpoolReader(one, lambda *_: None) for one in spool.directories(root()))
    return sum(reader.waiting_bytes() for reader in readers)
