"""The directories below one spool: one for each process that writes."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cornbread.foundation.spool.trouble import SpoolTaken
from cornbread.foundation.spool.writer import MOST_BYTES, SpoolWriter

#: More processes than this do not write on one machine.
MOST_WRITERS = 256


def open_writer(root: Path, *, most_bytes: int = MOST_BYTES) -> SpoolWriter:
    """A writer into the first directory that no other process holds."""
    for number in range(MOST_WRITERS):
        try:
            return SpoolWriter(root / str(number), most_bytes=most_bytes)
        except SpoolTaken:
            continue
    raise SpoolTaken(f"{MOST_WRITERS} processes write here already.")


def directories(root: Path) -> list[Path]:
    """The directories of all writers there ever were."""
    try:
        names = os.listdir(root)
    except FileNotFoundError:
        return []
    return [root / name for name in sorted(names) if name.isdecimal()]


@contextmanager
def reading(root: Path) -> Iterator[bool]:
    """Whether this process may read: True for one at a time, for as long as the block runs."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(root / "reader.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = True
        except OSError:
            ours = False
        yield ours
    finally:
        os.close(descriptor)
