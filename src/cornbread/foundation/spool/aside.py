"""What could not be dealt with: one line for each record, with the reason."""

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from cornbread.foundation import clock
from cornbread.foundation.spool.segments import force, force_directory

_FILE, _LOCK = "set-aside.jsonl", "set-aside.lock"


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be dealt with. ``record`` are its bytes, ``at`` an ISO 8601 time."""

    at: str
    reason: str
    record: bytes

    @property
    def name(self) -> str:
        """What it is called by: the same as long as it is there."""
        return hashlib.sha256(self.at.encode() + self.record).hexdigest()[:10]


def set_aside(root: Path, record: bytes, reason: str) -> None:
    """Keep bytes that nothing can be done with; on disk when it returns."""
    text = base64.b64encode(record).decode()
    line = json.dumps({"at": clock.now().isoformat(), "reason": reason, "record": text})
    with _alone(root):
        descriptor = os.open(root / _FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{line}\n".encode())
            force(descriptor)
        finally:
            os.close(descriptor)


def all_set_aside(root: Path) -> list[SetAside]:
    """What was set aside, oldest first; a line that a crash left half written is left out."""
    return [one for line in _lines(root) if (one := _read(line)) is not None]


def let_go(root: Path, names: Collection[str]) -> None:
    """Take these away, since they were dealt with elsewhere; the others stay as they are."""
    with _alone(root):
        kept = [
            line for line in _lines(root) if (one := _read(line)) is None or one.name not in names
        ]
        beside = root / f"{_FILE}.new"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(line + b"\n" for line in kept)
            file.flush()
            force(file.fileno())
        beside.replace(root / _FILE)
        force_directory(root)


def _lines(root: Path) -> list[bytes]:
    try:
        return (root / _FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return []


def _read(line: bytes) -> SetAside | None:
    try:
        return msgspec.json.decode(line, type=SetAside)
    except msgspec.DecodeError:
        return None


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile: what one adds must not be lost to another's copy."""
    descriptor = os.open(root / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
