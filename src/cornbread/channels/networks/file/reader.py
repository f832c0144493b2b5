"""Reading posts from CSV and JSON Lines files, in constant memory, from any place on."""

import hashlib
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from cornbread.channels.domain.posts import Batch, HeardPost
from cornbread.channels.networks.file.lines import START, Place
from cornbread.channels.networks.file.mapping import Mapping
from cornbread.channels.networks.file.problems import RejectedLine, Unusable
from cornbread.channels.networks.file.records import (
    Broken,
    CsvRecord,
    CsvRecords,
    JsonRecord,
    json_records,
)
from cornbread.channels.networks.file.rows import CsvRows, JsonRows
from cornbread.foundation.errors import Invalid, NotFound

_HEAD = 64 * 1024
_LOOK_AHEAD = 100
_UNREADABLE = {
    b"\x1f\x8b": "is compressed; unpack it first",
    b"PK\x03\x04": "is a spreadsheet or an archive; save it as CSV first",
    b"\xff\xfe": "is UTF-16; save it as UTF-8 first",
    b"\xfe\xff": "is UTF-16; save it as UTF-8 first",
}


class Row(msgspec.Struct, frozen=True):
    """One good record: where it starts (line from 1), its post, and the place after it."""

    line: int
    post: HeardPost
    after: Place


class Layout(msgspec.Struct, frozen=True):
    """What the beginning of a file says: its format and columns, and where records begin."""

    columns: tuple[str, ...]
    first: Place
    #: "" for JSON Lines.
    delimiter: str = ""


def layout(path: Path) -> Layout:
    """Look at the beginning of a file; raises Refusal when no posts can be read from it."""
    with _opened(path) as file:
        head = file.read(_HEAD)
        for mark, what in _UNREADABLE.items():
            if head.startswith(mark):
                raise Invalid(f"{path.name} {what}.")
        text = head.decode(errors="replace").removeprefix("\ufeff").lstrip()
        if not text:
            raise Invalid(f"{path.name} is empty.")
        if text.startswith("["):
            raise Invalid(f"{path.name} is one JSON list; write one object on each line instead.")
        if text.startswith("{"):
            return Layout(_json_columns(file), START)
        return _csv_layout(file, text, path.name)


def mapping_for(path: Path, spec: str | None = None) -> Mapping:
    """The mapping from ``--map``, or the one that the column names suggest; raises Refusal."""
    columns = layout(path).columns
    mapping = Mapping.parse(spec) if spec else Mapping.guess(columns)
    return mapping.checked(columns)


def read(path: Path, mapping: Mapping, *, start: Place = START) -> Iterator[Row | RejectedLine]:
    """The rows of a file and the lines that had to be left out, in the order of the file."""
    for row, _ in _rows(path, mapping, start):
        yield row


def batches(
    path: Path, mapping: Mapping, *, size: int = 1000, start: Place = START
) -> Iterator[tuple[Batch, tuple[RejectedLine, ...], Place]]:
    """Rows in batches of about ``size`` records, each with the place and cursor that follow it."""
    rows = _rows(path, mapping, start)
    stream = f"file:{file_key(path)}"
    while chunk := list(islice(rows, size)):
        after = chunk[-1][1]
        yield (
            Batch(
                stream=stream,
                posts=tuple(row.post for row, _ in chunk if isinstance(row, Row)),
                cursor=cursor_at(path, mapping, after),
            ),
            tuple(row for row, _ in chunk if isinstance(row, RejectedLine)),
            after,
        )


def file_key(path: Path) -> str:
    """A name for the content: the same for a copy of the file, different when it was changed."""
    with _opened(path) as file:
        digest = hashlib.sha256(file.read(_HEAD))
        digest.update(str(os.fstat(file.fileno()).st_size).encode())
    return digest.hexdigest()[:24]


def cursor_at(path: Path, mapping: Mapping, place: Place) -> str:
    """A cursor to go on from ``place``, good only for this very file and mapping."""
    return f"{place.offset}:{place.line}:{_seal(path, mapping, place)}"


def resume(path: Path, mapping: Mapping, cursor: str | None) -> Place:
    """Where to go on; the beginning unless the file up to the cursor's place looks the same."""
    offset, _, rest = (cursor or "").partition(":")
    line, _, seal = rest.partition(":")
    if not (offset.isdecimal() and line.isdecimal()):
        return START
    place = Place(int(offset), int(line))
    return place if seal == _seal(path, mapping, place) else START


def _seal(path: Path, mapping: Mapping, place: Place) -> str:
    with _opened(path) as file:
        status = os.fstat(file.fileno())
        digest = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns} {place}".encode())
        digest.update(mapping.spec().encode())
        digest.update(file.read(_HEAD))
        file.seek(max(0, place.offset - _HEAD))
        digest.update(file.read(min(_HEAD, place.offset)))
    return digest.hexdigest()[:24]


def _rows(path: Path, mapping: Mapping, start: Place) -> Iterator[tuple[Row | RejectedLine, Place]]:
    found = layout(path)
    mapping.checked(found.columns)
    begin = max(start, found.first, key=lambda place: place.offset)
    with _opened(path) as file:
        if found.delimiter:
            csv_rows = CsvRows(found.columns, mapping)
            for record in CsvRecords(file, begin, found.delimiter, len(found.columns)):
                yield _csv_row(csv_rows, record), record.after
        else:
            json_rows = JsonRows(mapping)
            for entry in json_records(file, begin):
                yield _json_row(json_rows, entry), entry.after


def _csv_row(rows: CsvRows, record: CsvRecord | Broken) -> Row | RejectedLine:
    if isinstance(record, Broken):
        return record.rejected
    try:
        return Row(record.line, rows.post(record.fields), record.after)
    except Unusable as problem:
        return problem.at(record.line)


def _json_row(rows: JsonRows, record: JsonRecord | Broken) -> Row | RejectedLine:
    if isinstance(record, Broken):
        return record.rejected
    try:
        return Row(record.line, rows.post(record.value, record.raw), record.after)
    except Unusable as problem:
        return problem.at(record.line)


def _csv_layout(file: BinaryIO, text: str, name: str) -> Layout:
    first_line = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first_line.count)
    record = next(iter(CsvRecords(file, START, delimiter)), None)
    if not isinstance(record, CsvRecord):
        raise Invalid(f"The first line of {name} cannot be read as names of columns.")
    return Layout(tuple(column.strip() for column in record.fields), record.after, delimiter)


def _json_columns(file: BinaryIO) -> tuple[str, ...]:
    """The keys of the first objects, with paths into objects within them."""
    columns: dict[str, None] = {}
    for record in islice(json_records(file, START), _LOOK_AHEAD):
        if isinstance(record, JsonRecord):
            for key, value in record.value.items():
                inner = value if isinstance(value, dict) else {}
                columns.update(dict.fromkeys([key, *[f"{key}.{name}" for name in inner]]))
    return tuple(columns)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb", buffering=256 * 1024)
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.") from None
    except OSError as problem:
        raise Invalid(f"{path} cannot be read: {problem.strerror}.") from None
