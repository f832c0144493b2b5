"""``filter(root__among=roots)``: one of many values, in one parameter however many they are.

``__in`` writes a placeholder for every value, which databases limit and which takes longer to
build, and for PostgreSQL to read, than the rows take to find.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models.fields.related import ForeignObject

from cornbread.foundation.db import is_postgresql


@models.Field.register_lookup
@ForeignObject.register_lookup
class Among(models.Lookup[Any]):
    """Among these values, which are plain: numbers or strings, never rows."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """On SQLite a JSON list is a table."""
        column, params = self.process_lhs(compiler, connection)
        values = json.dumps(list(self.rhs))
        found = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608
        return found, [*params, values]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """On PostgreSQL there are arrays."""
        column, params = self.process_lhs(compiler, connection)
        if isinstance(self.rhs, _Hits):
            return f"{column} = ANY({self.rhs.sql})", [*params, *self.rhs.params]
        kind = self.lhs.output_field.rel_db_type(connection)
        return f"{column} = ANY(%s::{kind}[])", [*params, as_array(self.rhs)]


@dataclass(frozen=True, slots=True)
class _Hits:
    """An array of keys, in the language of PostgreSQL. No tuple: Django looks into these."""

    sql: str
    params: Sequence[Any]


def keyed(model: type[models.Model], name: str, values: Iterable[Any], **scope: Any) -> models.Q:
    """Rows with one of many values, each looked up within a scope: ``keyed(Mention, "root", roots,
    workspace_id=1, source="x")``. The scope is said by columns; a list stands for any of it.

    An empty string is no value, so that an index of those that say something serves.

    PostgreSQL guesses from its statistics how many rows a scope has, and they do not know a new
    workspace: by a mere filter it would read all rows of the workspace for every batch. So each
    value is looked up in a subselect of its own, which ``OFFSET 0`` keeps apart. Where an index
    begins with the value, the scope is compared outside of it, lest another index seems as good.
    """
    (field,) = (one for one in model._meta.concrete_fields if one.attname == name)
    written = isinstance(field, models.CharField)
    values = [value for value in values if value != ""]
    if not is_postgresql():
        several = {key: one for key, one in scope.items() if isinstance(one, list)}
        plain = {key: one for key, one in scope.items() if key not in several}
        among = {f"{key}__in": one for key, one in several.items()}
        # Django looks into lists, value by value, for expressions.
        found = models.Q(**plain, **among, **{f"{name}__among": dict.fromkeys(values)})
        return found & ~models.Q(**{name: ""}) if written else found
    fits = [
        f'"{column}" = {"ANY(%s)" if isinstance(one, list) else "%s"}'
        for column, one in scope.items()
    ]
    meta = model._meta
    indexes = [list(one.fields) for one in (*meta.indexes, *meta.total_unique_constraints)]
    leads = field.primary_key or any(fields[:1] == [name] for fields in indexes)
    fits = fits or ["TRUE"]
    inside, outside = (["TRUE"], fits) if leads else (fits, ["TRUE"])
    inside += [f"\"{field.column}\" <> ''"] if written else []
    kind, shown = field.db_type(connection), ", ".join(["id", *scope])
    # Names of tables and columns come from the models, values are bound.
    sql = (
        f"ARRAY(SELECT hit.id FROM unnest(%s::{kind}[]) AS wanted(value), LATERAL ("  # noqa: S608
        f'SELECT {shown} FROM "{meta.db_table}" WHERE {" AND ".join(inside)} '
        f'AND "{field.column}" = wanted.value OFFSET 0) AS hit WHERE {" AND ".join(outside)})'
    )
    return models.Q(pk__among=_Hits(sql, [as_array(values), *scope.values()]))


def as_array(values: Iterable[Any]) -> str:
    """Numbers or strings as PostgreSQL writes an array. The driver would do the same, but one
    value at a time and with several looks at each.
    """
    every = list(values)
    if not every or not isinstance(every[0], str):
        return f"{{{','.join(map(str, every))}}}"
    escaped = (one.replace("\\", "\\\\").replace('"', '\\"') for one in every)
    return '{"' + '","'.join(escaped) + '"}'
