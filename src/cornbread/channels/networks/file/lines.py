"""The lines of a file as text, with the place after each and what was wrong with it."""

import io
from typing import BinaryIO, Self

import msgspec

#: No record of posts is longer; a file cannot make the import eat all memory.
LONGEST_RECORD = 1024 * 1024
_BOM = "\ufeff"


class Place(msgspec.Struct, frozen=True):
    """A position between two records: how many bytes and lines lie before it."""

    offset: int = 0
    line: int = 0


START = Place()


class RecordTooLong(Exception):
    """The present record went over the limit with this line; "" when the line alone did."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


class Lines:
    """An iterator of lines for ``csv.reader``, which never pulls more than its record needs."""

    def __init__(self, file: BinaryIO, place: Place) -> None:
        self._file = file
        self.offset, self.line = place.offset, place.line
        self._room = LONGEST_RECORD
        self.damage = ""
        file.seek(place.offset)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(LONGEST_RECORD + 1)
        if not raw:
            raise StopIteration
        self.offset += len(raw)
        self.line += 1
        self._room -= len(raw)
        if self._room < 0:
            too_long = self._finish(raw)
            raise RecordTooLong("" if too_long else raw.decode(errors="replace"))
        if b"\0" in raw:
            self.damage = "nul"
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            self.damage = "encoding"
            text = raw.decode(errors="replace")
        return text.removeprefix(_BOM) if self.line == 1 else text

    def begin(self) -> None:
        """A new record starts here."""
        self._room = LONGEST_RECORD
        self.damage = ""

    @property
    def place(self) -> Place:
        """Where the next line begins."""
        return Place(self.offset, self.line)

    def go_to(self, place: Place) -> None:
        """Read on from there."""
        self._file.seek(place.offset)
        self.offset, self.line = place.offset, place.line

    def text_between(self, start: Place, end: Place) -> list[str]:
        """Lines already passed, once more; only for what fits into a record."""
        self._file.seek(start.offset)
        raw = self._file.read(end.offset - start.offset)
        self._file.seek(self.offset)
        # Not splitlines(): customers' texts hold other line separators than the file's.
        return list(io.StringIO(raw.decode(errors="replace")))

    def _finish(self, raw: bytes) -> bool:
        """Pass over the rest of a line that is longer than any record may be; was it?"""
        too_long = len(raw) > LONGEST_RECORD
        while too_long and raw and not raw.endswith(b"\n"):
            raw = self._file.readline(LONGEST_RECORD)
            self.offset += len(raw)
        return too_long
