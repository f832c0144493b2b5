"""Canned responses in files: CSV for spreadsheets, JSON for programs, the same fields in both."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

FIELDS = ("shortcut", "title", "text", "lang", "channel_kinds", "team", "shared")
MOST_ROWS = 5000
_YES = frozenset({"yes", "true", "1"})


class Row(msgspec.Struct, frozen=True):
    """One canned response of a file; ``place`` says where it stood, for complaints."""

    shortcut: str
    title: str
    text: str
    lang: str = ""
    channel_kinds: tuple[str, ...] = ()
    team: str = ""
    shared: bool = False
    place: str = ""


class Unreadable(ValueError):
    """A file that is not what it should be; the sentence says how."""


def read(raw: bytes) -> list[Row]:
    """The rows of a file in either form, told by its first character."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Unreadable("This file is not UTF-8. Save it as “CSV UTF-8” or as JSON.") from wrong
    rows = _of_json(text) if text.lstrip().startswith(("[", "{")) else _of_csv(text)
    if not rows:
        raise Unreadable("There is no canned response in this file.")
    if len(rows) > MOST_ROWS:
        raise Unreadable(f"Bring in at most {MOST_ROWS} at a time.")
    return rows


def _of_json(text: str) -> list[Row]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise Unreadable(f"This is not JSON: {wrong}.") from wrong
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Unreadable("The JSON has to be a list of objects.")
    return [_row(one, f"entry {number}") for number, one in enumerate(found, 1)]


def _of_csv(text: str) -> list[Row]:
    head = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [_row(_unguarded(one), f"line {reader.line_num}") for one in reader]
    except csv.Error as wrong:
        raise Unreadable(f"Line {reader.line_num}: {wrong}.") from wrong


def _row(given: Mapping[Any, Any], place: str) -> Row:
    missing = [name for name in FIELDS[:3] if not isinstance(given.get(name), str)]
    if missing:
        raise Unreadable(f"{place}: “{missing[0]}” is missing.")
    kinds = given.get("channel_kinds") or ""
    listed = kinds if isinstance(kinds, list) else str(kinds).replace(",", " ").split()
    return Row(
        shortcut=given["shortcut"],
        title=given["title"],
        text=given["text"],
        lang=str(given.get("lang") or ""),
        channel_kinds=tuple(map(str, listed)),
        team=str(given.get("team") or "").strip(),
        shared=str(given.get("shared") or "").strip().lower() in _YES,
        place=place,
    )


def as_json(rows: Iterable[Row]) -> str:
    """The rows as JSON."""
    return json.dumps([_fields(row) for row in rows], ensure_ascii=False, indent=2) + "\n"


def as_csv(rows: Iterable[Row]) -> str:
    """The rows as CSV, safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(FIELDS)
    for row in rows:
        fields = _fields(row) | {
            "channel_kinds": " ".join(row.channel_kinds),
            "shared": "yes" if row.shared else "",
        }
        writer.writerow([_guarded(str(fields[name])) for name in FIELDS])
    return out.getvalue()


def _fields(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


# A spreadsheet takes a cell that begins so for a formula, and may run it.
_FORMULA = ("=", "+", "-", "@", "\t")


def _guarded(cell: str) -> str:
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _unguarded(row: Mapping[Any, Any]) -> dict[Any, Any]:
    guards = tuple("'" + one for one in _FORMULA)
    return {
        name: cell[1:] if isinstance(cell, str) and cell.startswith(guards) else cell
        for name, cell in row.items()
    }
