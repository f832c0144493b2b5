"""Many rows of plain values in few steps, for the places where posts are read by the thousand.

Django converts value by value; here a whole column is converted at once, and only where there is
something to convert.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.core.exceptions import EmptyResultSet
from django.db import connection, models

from cornbread.foundation.binding import Row
from cornbread.foundation.bulk import converted
from cornbread.foundation.db import is_postgresql


def values(found: models.QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """The same rows as those of this ``values_list()`` of columns, also of related rows."""
    compiler = found.query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    fields = [one.output_field for one, _, _ in compiler.select]
    converters = [(at, one) for at, field in enumerate(fields) if (one := _converter(field))]
    if not rows or not converters:
        return rows
    columns: list[Row] = list(zip(*rows, strict=True))
    for at, convert in converters:
        columns[at] = converted(columns[at], convert)
    return list(zip(*columns, strict=True))


def _converter(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        return _from_json
    if is_postgresql():
        return None
    # Yes and no are told apart by the driver, from the types of columns.
    return _aware if isinstance(field, models.DateTimeField) else None


def _from_json(value: str) -> Any:
    return [] if value == "[]" else msgspec.json.decode(value)


def _aware(moment: datetime) -> datetime:
    # Django keeps moments on SQLite in UTC and without saying so.
    return moment.replace(tzinfo=UTC)
