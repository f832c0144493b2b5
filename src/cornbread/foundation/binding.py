"""How SQLite is given many rows: what binding a value costs in Python is most of what a row costs.

Python's SQLite takes numbers and texts as they are. For anything else, ``None`` and ``bytes``
among them, it first looks for somebody who would adapt it, which takes longer than to store it.
So nothing that is nothing is bound, and rows are handed over many at once.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

Row = Sequence[Any]

#: Rows of one statement; more gain nothing.
TOGETHER = 50
_VALUE, _NULL = "%s", "NULL"
#: Bound where a column has values in some rows only. No text is this: it could not be stored.
_NOTHING = "\x00"
_PERHAPS = "nullif(%s, char(0))"


def bound(columns: Sequence[Row]) -> tuple[list[str], list[Row]]:
    """For each column what stands in the statement for its value, and the columns to bind."""
    marks, binding = [], []
    for column in columns:
        if None not in column:
            marks.append(_VALUE)
            binding.append(column)
        elif any(value is not None for value in column):
            marks.append(_PERHAPS)
            binding.append([_NOTHING if value is None else value for value in column])
        else:
            marks.append(_NULL)
    return marks, binding


def literal(value: Any) -> str:
    """A default as it stands in a statement."""
    if value is None:
        return _NULL
    if isinstance(value, int | float):
        return str(value)
    # Marks of parameters are looked for in statements, also between quotes.
    if not isinstance(value, str) or "%" in value:
        raise TypeError(f"{value!r} cannot be a default of a column that is written in bulk")
    return "'" + value.replace("'", "''") + "'"


def insert_rows(cursor: Any, into: str, marks: Sequence[str], binding: Sequence[Row]) -> None:
    """``INSERT … VALUES`` of rows that are given by columns; ``into`` is all before the values."""
    rows = list(zip(*binding, strict=True))
    one = f"({', '.join(marks)})"
    whole = len(rows) - len(rows) % TOGETHER
    if whole:
        parts = (rows[begin : begin + TOGETHER] for begin in range(0, whole, TOGETHER))
        together = f"{into} {', '.join([one] * TOGETHER)}"
        cursor.executemany(together, [list(chain.from_iterable(part)) for part in parts])
    if len(rows) > whole:
        cursor.executemany(f"{into} {one}", rows[whole:])
