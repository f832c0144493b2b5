"""The reading end: records in order, and a position that moves once they were dealt with."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cornbread.foundation.spool import segments
from cornbread.foundation.spool.framing import HEAD, frames, wanted

#: Read in one go; a longer record is read all the same.
CHUNK_BYTES = 1024 * 1024

#: What to do with bytes that are no record: the bytes, and a sentence about them.
SetAside = Callable[[bytes, str], None]

_DAMAGED = "The disk gave back other bytes than were written."


class Position(NamedTuple):
    """A segment and the place in it up to which everything was dealt with."""

    segment: int
    offset: int


@dataclass(frozen=True)
class Portion:
    """Records read together, and the position behind them."""

    records: tuple[bytes, ...]
    after: Position


class SpoolReader:
    """The one reader of a directory. ``set_aside`` is given what was damaged on the disk."""

    def __init__(self, directory: Path, set_aside: SetAside) -> None:
        self.directory = directory
        self.set_aside = set_aside
        self.position = _stored(directory)

    def read(self, most: int = 1000) -> Portion | None:
        """The next records, at most so many; None when nothing waits. Repeats until ``move``."""
        while (found := self._from_segment(most)) is not None:
            if isinstance(found, Portion):
                return found
            self.move(found)
        return None

    def move(self, position: Position) -> None:
        """Everything up to here was dealt with: remember it, and let go of whole segments."""
        beside = self.directory / "position.new"
        beside.write_text(json.dumps(position))
        beside.replace(self.directory / "position")
        self.position = position
        for number in segments.numbers(self.directory):
            if number < position.segment:
                segments.path_of(self.directory, number).unlink(missing_ok=True)

    def waiting_bytes(self) -> int:
        """How much was not dealt with yet."""
        here, offset = self.position
        ahead = [one for one in segments.numbers(self.directory) if one >= here]
        total = sum(_size(segments.path_of(self.directory, one)) for one in ahead)
        return max(0, total - offset) if here in ahead else total

    def _from_segment(self, most: int) -> Portion | Position | None:
        """Records; or where to go on instead; or None when nothing waits."""
        there = segments.numbers(self.directory)
        ahead = [one for one in there if one >= self.position.segment]
        if not ahead:
            # Somebody emptied the directory: whatever comes next is new.
            return Position(there[0], 0) if there else None
        number = ahead[0]
        start = self.position.offset if number == self.position.segment else 0
        data = _bytes_at(segments.path_of(self.directory, number), start)
        records, end = [], 0
        for record, end in frames(data):  # noqa: B007
            records.append(record)
            if len(records) >= most:
                break
        if records:
            return Portion(tuple(records), Position(number, start + end))
        # A segment that has a successor is not written any more: what stands here stays so.
        return self._behind(data, number, start, ahead[1]) if len(ahead) > 1 else None

    def _behind(self, data: bytes, number: int, start: int, successor: int) -> Position:
        """Where to go on behind a segment's end, or behind a damaged record in it."""
        length = wanted(data, 0)
        if not data.strip(b"\0") or len(data) < HEAD or length > len(data):
            return Position(successor, 0)  # read to its end, or to what a crash left half written
        if length:
            self.set_aside(data[:length], _DAMAGED)
            return Position(number, start + length)
        self.set_aside(segments.path_of(self.directory, number).read_bytes()[start:], _DAMAGED)
        return Position(successor, 0)


def _bytes_at(path: Path, start: int) -> bytes:
    """A chunk of the file, long enough for the record that begins there."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            data = file.read(CHUNK_BYTES)
            if (length := wanted(data, 0)) > len(data):
                data += file.read(length - len(data))
            return data
    except FileNotFoundError:
        return b""


def _stored(directory: Path) -> Position:
    try:
        segment, offset = json.loads((directory / "position").read_text())
        return Position(int(segment), int(offset))
    except (OSError, ValueError, TypeError):
        # Without it everything that is there is read again, which changes nothing.
        return Position(0, 0)


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0
