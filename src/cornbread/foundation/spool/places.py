"""The directories below one spool: one for each process that writes, and what was set aside."""

import base64
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from cornbread.foundation import clock
from cornbread.foundation.spool.segments import force
from cornbread.foundation.spool.trouble import SpoolTaken
from cornbread.foundation.spool.writer import MOST_BYTES, SpoolWriter

#: More processes than this do not write on one machine.
MOST_WRITERS = 256
_ASIDE = "set-aside.jsonl"


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be dealt with. ``record`` are its bytes, ``at`` an ISO 8601 time."""

    at: str
    reason: str
    record: bytes


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


def set_aside(root: Path, record: bytes, reason: str) -> None:
    """Keep bytes that nothing can be done with; on disk when it returns."""
    text = base64.b64encode(record).decode()
    line = json.dumps({"at": clock.now().isoformat(), "reason": reason, "record": text})
    descriptor = os.open(root / _ASIDE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, f"{line}\n".encode())
        force(descriptor)
    finally:
        os.close(descriptor)


def all_set_aside(root: Path) -> list[SetAside]:
    """What was set aside, oldest first; a line that a crash left half written is left out."""
    try:
        lines = (root / _ASIDE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            found.append(msgspec.json.decode(line, type=SetAside))
        except msgspec.DecodeError:
            continue
    return found
