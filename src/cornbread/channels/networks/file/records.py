"""Records of a CSV or JSON Lines file, one after the other, whatever is wrong with some of them.

A record that cannot be read is told with its reason and the next one follows. Memory stays
constant: a record is at most ``LONGEST_RECORD`` bytes long.
"""

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import msgspec

from cornbread.channels.networks.file.lines import LONGEST_RECORD, Lines, Place, RecordTooLong
from cornbread.channels.networks.file.problems import Reason, RejectedLine

_DAMAGE = {
    "nul": (Reason.NUL, "The record holds a zero byte."),
    "encoding": (Reason.ENCODING, "The record is not valid UTF-8."),
}
#: Bytes read a second time after broken quotes; bounds the work that a hostile file can ask for.
_SECOND_LOOKS = 256 * 1024 * 1024

_LONE_RETURN = re.compile("\r(?!\n)")


class CsvRecord(NamedTuple):
    """The fields of one CSV record, where it starts (line from 1) and the place after it."""

    line: int
    fields: list[str]
    after: Place


class JsonRecord(NamedTuple):
    """One object of a JSON Lines file and the bytes it was read from."""

    line: int
    value: dict[str, object]
    raw: bytes
    after: Place


class Broken(NamedTuple):
    """A record that could not be read and the place after it."""

    rejected: RejectedLine
    after: Place


class CsvRecords:
    """Iterates over the records of a CSV file from a place on."""

    def __init__(self, file: BinaryIO, place: Place, delimiter: str, width: int = 0) -> None:
        # Global to the process and only ever raised: longer records never reach the reader.
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD + 1))
        self._lines = Lines(file, place)
        self._delimiter = delimiter
        self._width = width
        self._second_looks = _SECOND_LOOKS

    def __iter__(self) -> Iterator[CsvRecord | Broken]:
        lines = self._lines
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        while True:
            lines.begin()
            start = lines.place
            try:
                fields = next(reader)
            except StopIteration:
                return
            except RecordTooLong as trouble:
                yield self._too_long(start, trouble.line)
                continue
            except csv.Error:
                yield self._broken(start)
                continue
            if lines.damage:
                yield _damaged(start.line + 1, lines)
            elif fields:
                yield CsvRecord(start.line + 1, fields, lines.place)

    def _too_long(self, start: Place, last: str) -> Broken:
        """Pass over a record that is too long, or over one line if its quote is never closed."""
        lines = self._lines
        open_quote = last != "" and lines.line - start.line > 1 and self._stays_open(last)
        while open_quote:
            lines.begin()
            try:
                line = next(lines, None)
            except RecordTooLong:
                break
            if line is None:
                return self._one_line_back(start)
            open_quote = self._stays_open(line)
        return Broken(_too_large(start.line + 1), lines.place)

    def _stays_open(self, line: str) -> bool:
        """Whether a quoted field that was open before this line is still open after it."""
        reader = csv.reader(iter(['"' + line]), delimiter=self._delimiter, strict=True)
        try:
            next(reader)
        except csv.Error as error:
            return "unexpected end" in str(error)
        return False

    def _broken(self, start: Place) -> Broken | CsvRecord:
        """Read badly quoted lines as spreadsheets do; else leave out only the first of them."""
        lines = self._lines
        passed = lines.text_between(start, lines.place)
        # A carriage return within a line is part of a text; the csv module stumbles over it.
        # A zero byte can stand for it, since records that hold one are left out.
        marked = [_LONE_RETURN.sub("\0", line) for line in passed]
        # The reader takes the last, empty line only when a quote is still open before it.
        texts = iter([*marked, ""])
        fields = next(csv.reader(texts, delimiter=self._delimiter))
        complete = list(texts) == [""]
        if complete and len(fields) == self._width and not lines.damage:
            restored = [field.replace("\0", "\r") for field in fields]
            return CsvRecord(start.line + 1, restored, lines.place)
        return self._one_line_back(start)

    def _one_line_back(self, start: Place) -> Broken:
        lines = self._lines
        passed = lines.offset - start.offset
        if lines.line - start.line > 1 and passed <= self._second_looks:
            self._second_looks -= passed
            lines.go_to(start)
            lines.begin()
            next(lines)
        sentence = "A quote is opened and not closed as it should be."
        return Broken(RejectedLine(start.line + 1, Reason.BROKEN_QUOTES, sentence), lines.place)


def json_records(file: BinaryIO, place: Place) -> Iterator[JsonRecord | Broken]:
    """The objects of a JSON Lines file from a place on."""
    lines = Lines(file, place)
    decoder = msgspec.json.Decoder(dict[str, object])
    while True:
        lines.begin()
        line = lines.line + 1
        try:
            text = next(lines, None)
        except RecordTooLong:
            yield Broken(_too_large(line), lines.place)
            continue
        if text is None:
            return
        if lines.damage:
            yield _damaged(line, lines)
        elif raw := text.strip().encode():
            yield _json(decoder, raw, line, lines.place)


def _json(
    decoder: msgspec.json.Decoder[dict[str, object]], raw: bytes, line: int, after: Place
) -> JsonRecord | Broken:
    try:
        return JsonRecord(line, decoder.decode(raw), raw, after)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        sentence = f"The line is not a JSON object: {error}."
        return Broken(RejectedLine(line, Reason.BAD_JSON, sentence), after)


def _too_large(line: int) -> RejectedLine:
    sentence = f"The record is longer than {LONGEST_RECORD // 1024} KB."
    return RejectedLine(line, Reason.TOO_LARGE, sentence)


def _damaged(line: int, lines: Lines) -> Broken:
    reason, sentence = _DAMAGE[lines.damage]
    return Broken(RejectedLine(line, reason, sentence), lines.place)
