"""Many rows in few steps, for the places where posts arrive by the thousand.

The same rows as ``bulk_create`` writes, without building an object and an expression for every
value. On PostgreSQL rows travel by COPY; on SQLite by one prepared statement.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import repeat
from operator import is_
from typing import Any
from zlib import crc32

import msgspec
from django.db import connection, models, transaction

from cornbread.foundation.binding import Row, bound, insert_rows, literal
from cornbread.foundation.db import is_postgresql


def take_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Ids for so many new rows, ascending. Inside the transaction that inserts them, and before
    ids of the same model are taken again.

    On SQLite the write lock, which that transaction holds, keeps others from taking the same.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("take_ids() belongs inside a transaction")
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute(
                # OFFSET 0, lest the sequence is looked up for every number anew.
                "SELECT nextval(own.name) FROM generate_series(1, %s), "
                "(SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) AS own",
                [count, table],
            )
            return sorted(int(row[0]) for row in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    first = (int(row[0]) if row else 0) + 1
    return range(first, first + count)


def insert(
    model: type[models.Model],
    names: tuple[str, ...],
    rows: Sequence[Row],
    *,
    unless_known: bool = False,
) -> None:
    """Insert rows of values in the order of ``names`` (attribute names such as ``person_id``).

    Values are plain: aware datetimes, str (no enums), bytes, and for JSON what ``msgspec`` takes.
    Columns that are not named get the field's default. ``unless_known`` leaves out rows that a
    unique constraint forbids.
    """
    if not rows:
        return
    plan = _plan(model, names, connection.vendor)
    # COPY goes past Django's cursor, so its errors have to be made Django's here.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        # Names of tables and columns come from the models, values are bound.
        if not is_postgresql():
            verb = "INSERT OR IGNORE" if unless_known else "INSERT"
            marks, binding = bound(plan.columns_of(rows))
            insert_rows(cursor, f"{verb} INTO {plan.into} VALUES", [*marks, *plan.always], binding)
        elif not unless_known:
            _copy(cursor, plan.into, plan.values(rows))
        else:
            _upsert(cursor, plan, plan.values(rows))


def _copy(cursor: Any, into: str, values: Sequence[Row]) -> None:
    with cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in values:
            copy.write_row(row)


def _upsert(cursor: Any, plan: "_Plan", values: Sequence[Row]) -> None:
    """COPY takes no conflicts, so rows go through a table of this connection's own."""
    stage = f'"stage_{crc32(plan.into.encode()):x}"'
    cursor.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {stage} ON COMMIT DELETE ROWS "  # noqa: S608
        f'AS SELECT {plan.columns} FROM "{plan.table}" WITH NO DATA'
    )
    _copy(cursor, stage, values)
    cursor.execute(
        f"INSERT INTO {plan.into} SELECT * FROM {stage} ON CONFLICT DO NOTHING"  # noqa: S608
    )
    cursor.execute(f"DELETE FROM {stage}")  # noqa: S608


class _Values:
    """How values of named columns are given to the database."""

    def __init__(self, model: type[models.Model], names: tuple[str, ...], vendor: str) -> None:
        by_name = {field.attname: field for field in model._meta.concrete_fields}
        named = [by_name[name] for name in names]
        self.table = model._meta.db_table
        self.columns = [f'"{field.column}"' for field in named]
        self.types = [field.db_type(connection) for field in named]
        converters = [_converter(field, vendor) for field in named]
        self._converters = [(i, one) for i, one in enumerate(converters) if one is not None]

    def ready(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows as the database takes them."""
        return list(zip(*self.by_column(rows), strict=True)) if self._converters else rows

    def by_column(self, rows: Sequence[Row]) -> list[Row]:
        """The same, column by column."""
        columns: list[Row] = list(zip(*rows, strict=True))
        for at, convert in self._converters:
            columns[at] = converted(columns[at], convert)
        return columns


def converted(column: Row, convert: Callable[[Any], Any]) -> Row:
    """The values of a column as ``convert`` says each that there is. Often all of them are the
    same object, as the moment of a batch is, or a yes, or nothing; then it is converted once.
    """
    first = column[0]
    if all(map(is_, column, repeat(first))):
        return column if first is None else [convert(first)] * len(column)
    return [None if value is None else convert(value) for value in column]


class _Plan:
    """How whole rows are written: the named columns, and those that are always the same."""

    def __init__(self, model: type[models.Model], names: tuple[str, ...], vendor: str) -> None:
        self._named = _values(model, names, vendor)
        rest = [
            field
            for field in model._meta.concrete_fields
            if field.attname not in names and not field.primary_key
        ]
        self.table = self._named.table
        self.columns = ", ".join([*self._named.columns, *(f'"{one.column}"' for one in rest)])
        self.into = f'"{self.table}" ({self.columns})'
        self._defaults = tuple(_default(field, vendor) for field in rest)
        #: The same as they stand in a statement.
        self.always = [literal(value) for value in self._defaults] if vendor == "sqlite" else []

    def columns_of(self, rows: Sequence[Row]) -> list[Row]:
        """The named columns as the database takes them."""
        return self._named.by_column(rows)

    def values(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows as the database takes them."""
        rows = self._named.ready(rows)
        return [(*row, *self._defaults) for row in rows] if self._defaults else rows


@cache
def _values(model: type[models.Model], names: tuple[str, ...], vendor: str) -> _Values:
    return _Values(model, names, vendor)


@cache
def _plan(model: type[models.Model], names: tuple[str, ...], vendor: str) -> _Plan:
    return _Plan(model, names, vendor)


def _converter(field: models.Field[Any, Any], vendor: str) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        return _as_json
    if isinstance(field, models.DateTimeField) and vendor == "sqlite":
        return _as_text
    # What Python's SQLite takes without looking for an adapter: see binding.
    if isinstance(field, models.BooleanField) and vendor == "sqlite":
        return int
    if isinstance(field, models.BinaryField) and vendor == "sqlite":
        return bytearray
    return None


def _default(field: models.Field[Any, Any], vendor: str) -> Any:
    """What the column holds when nothing is said; a moment has to be said."""
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        raise TypeError(f"{field.model.__name__}.{field.name} has to be given: it is a moment")
    value = field.get_default()
    if value is None and not field.null:
        raise TypeError(f"{field.model.__name__}.{field.name} has to be given: it has no default")
    convert = _converter(field, vendor)
    return value if convert is None or value is None else convert(value)


def _as_json(value: Any) -> str:
    return "[]" if value == [] else msgspec.json.encode(value).decode()


@lru_cache(maxsize=8192)  # one post's moment stands in many columns
def _as_text(moment: datetime) -> str:
    # As Django writes moments on SQLite: in UTC and without saying so.
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(" ")[: -len("+00:00")]


def update(model: type[models.Model], names: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Write these columns of rows that are there; the first name is the key, as is each row's
    first value. Values are as for ``insert``.
    """
    if not rows:
        return
    plan = _values(model, names, connection.vendor)
    columns = plan.by_column(rows)
    key, *rest = plan.columns
    with connection.cursor() as cursor:
        # Names of tables and columns come from the models, values are bound.
        if is_postgresql():
            types = ", ".join(f"%s::{kind}[]" for kind in plan.types)
            sets = ", ".join(f"{column} = new.{column}" for column in rest)
            cursor.execute(
                f'UPDATE "{plan.table}" SET {sets} '  # noqa: S608
                f"FROM unnest({types}) AS new ({', '.join(plan.columns)}) "
                f'WHERE "{plan.table}".{key} = new.{key}',
                [list(column) for column in columns],
            )
        else:
            marks, binding = bound(columns[1:])
            sets = ", ".join(f"{one} = {mark}" for one, mark in zip(rest, marks, strict=True))
            cursor.executemany(
                f'UPDATE "{plan.table}" SET {sets} WHERE {key} = %s',  # noqa: S608
                list(zip(*binding, columns[0], strict=True)),
            )
