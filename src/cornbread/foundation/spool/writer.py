"""The writing end: records are appended in groups, each on disk when ``write`` returns."""

import fcntl
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cornbread.foundation.spool import segments
from cornbread.foundation.spool.framing import frame
from cornbread.foundation.spool.trouble import SpoolFull, SpoolTaken, SpoolUnwritable

SEGMENT_BYTES = 8 * 1024 * 1024
MOST_BYTES = 1024 * 1024 * 1024
#: How old the known size of the spool may be, in seconds: the reader makes it smaller.
_SIZE_FRESH_S = 0.5


class SpoolWriter:
    """The one writer of a directory, for one thread. ``most_bytes`` bounds what may wait in it."""

    def __init__(
        self,
        directory: Path,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.directory = directory
        self.segment_bytes = segment_bytes
        self.most_bytes = most_bytes
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _locked(directory)
        self._file: int | None = None
        self._length = 0
        self._size, self._size_at = 0, 0.0

    def write(self, records: Sequence[bytes]) -> None:
        """Append these; when it returns they are on disk.

        Raises SpoolFull, or SpoolUnwritable where the disk takes no more. Then none of them
        counts as written, although a reader may have seen some.
        """
        data = b"".join(map(frame, records))
        if self._waiting() + len(data) > self.most_bytes:
            raise SpoolFull("Too much is waiting already; send it again in a while.")
        try:
            file = self._open()
            _write_all(file, data)
            segments.force(file)
        except OSError as trouble:
            self._give_up()
            raise SpoolUnwritable(f"It cannot be stored: {trouble.strerror}.") from trouble
        self._length += len(data)
        self._size += len(data)
        if self._length >= self.segment_bytes:
            self._close()

    def close(self) -> None:
        """Let go of the directory."""
        self._close()
        os.close(self._lock)

    def _waiting(self) -> int:
        now = time.monotonic()
        if now - self._size_at > _SIZE_FRESH_S:
            self._size, self._size_at = segments.size(self.directory), now
        return self._size

    def _open(self) -> int:
        if self._file is None:
            # Always a new one: behind a torn end of an earlier process nothing could be found.
            number = max(segments.numbers(self.directory), default=0) + 1
            path = segments.path_of(self.directory, number)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
            self._file, self._length = os.open(path, flags, 0o600), 0
            segments.force_directory(self.directory)
        return self._file

    def _give_up(self) -> None:
        """Take back what was written of a group, and begin a new segment with the next.

        After a failed fsync nobody knows what the disk has, so this file is not written again.
        """
        if self._file is not None:
            # Where this fails too, the reader sees a torn end.
            with suppress(OSError):
                os.ftruncate(self._file, self._length)
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file, self._length = None, 0


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _locked(directory: Path) -> int:
    descriptor = os.open(directory / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as held:
        os.close(descriptor)
        raise SpoolTaken("Another process writes here.") from held
    return descriptor
