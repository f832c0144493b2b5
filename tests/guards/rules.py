"""The rules that the guards enforce, as functions over lists, so that each can be seen to fail."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Field, ForeignKey, Model

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "cornbread"
ROOMS = (
    *("foundation", "team", "channels", "people", "listening", "outbound", "care", "automation"),
    "config",
)
#: The layers of a room that speak HTTP.
EDGES = ("views", "api", "forms", "templatetags", "showing", "navigation", "schemas", "urls")

Allowed = dict[str, str]
"""What a rule does not hold for, each with its reason."""


def room_of(model: type[Model]) -> str:
    """The room of a model; the full module name for models that are not ours."""
    parts = model.__module__.split(".")
    return parts[1] if parts[0] == "cornbread" else model.__module__


def label_of(model: type[Model]) -> str:
    return f"{room_of(model)}.{model.__name__}"


def unscoped_models(models: Iterable[type[Model]], allowed: Allowed) -> list[str]:
    """Models whose rows do not say to which workspace they belong."""
    return [
        f"{label_of(model)} has no workspace foreign key"
        for model in models
        if not _has_workspace(model) and label_of(model) not in allowed
    ]


def _has_workspace(model: type[Model]) -> bool:
    fields: dict[str, Field[Any, Any]] = {one.name: one for one in model._meta.local_fields}
    field = fields.get("workspace")
    return (
        isinstance(field, ForeignKey)
        and not field.null
        and label_of(field.related_model) == "team.Workspace"
    )


def forward_keys(models: Iterable[type[Model]], allowed: Allowed) -> list[str]:
    """Relations that lead from a room to a later one, or out of the product."""
    found = []
    for model in models:
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
            target = field.related_model
            if target is None or isinstance(target, str):
                continue
            name = f"{label_of(model)}.{field.name}"
            if not _looks_back(room_of(model), room_of(target)) and name not in allowed:
                found.append(f"{name} leads forward to {label_of(target)}")
    return found


def _looks_back(room: str, target: str) -> bool:
    return target in ROOMS and ROOMS.index(target) <= ROOMS.index(room)


@dataclass(frozen=True)
class Later:
    """What a later room's models would be called by in an earlier room's code."""

    lookups: frozenset[str]
    tables: frozenset[str]
    rooms: frozenset[str]


def later_than(room: str, models: Iterable[type[Model]]) -> Later:
    """The names of later rooms that must not occur in this room's source."""
    rooms = ROOMS[ROOMS.index(room) + 1 :]
    lookups, tables = set(), set()
    for model in models:
        if room_of(model) not in rooms:
            continue
        tables.add(model._meta.db_table)
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
            remote = getattr(field, "remote_field", None)
            if remote is None or remote.hidden or room_of(remote.model) in rooms:
                continue
            lookups |= {field.related_query_name(), remote.get_accessor_name()}
    return Later(frozenset(lookups), frozenset(tables), frozenset(rooms))


ORM = {
    *("filter", "exclude", "get", "create", "update", "order_by", "values", "values_list"),
    *("annotate", "aggregate", "select_related", "prefetch_related", "only", "defer", "distinct"),
    *("Q", "F", "Count", "Sum", "Min", "Max", "Avg", "Exists", "OuterRef", "Prefetch", "alias"),
    *("get_or_create", "update_or_create", "prefetch_related_objects", "earliest", "latest"),
}
MANAGER = {
    *("all", "filter", "exclude", "exists", "count", "first", "last", "create", "add", "get"),
    *("order_by", "values_list", "values", "select_related", "prefetch_related", "update"),
    *("delete", "set", "clear", "remove", "aggregate", "annotate", "get_or_create"),
}


def forward_looks(source: str, later: Later) -> Iterator[tuple[int, str]]:
    """Line and words of everything in a module that reaches into a later room without import."""
    tree = ast.parse(source)
    documentation = {id(one) for one in _docstrings(tree)}
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in ORM:
                for words in _named(node):
                    if set(words.lstrip("-").split("__")) & later.lookups:
                        yield node.lineno, words
            case ast.Attribute(value=ast.Attribute(attr=name), attr=then):
                if name in later.lookups and then in MANAGER:
                    yield node.lineno, f"{name}.{then}"
            case ast.Constant(value=str(text)) if id(node) not in documentation:
                if words := _names_later_room(text, later):
                    yield node.lineno, words


def _named(call: ast.Call) -> Iterator[str]:
    yield from (keyword.arg for keyword in call.keywords if keyword.arg)
    for argument in call.args:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value


def _names_later_room(text: str, later: Later) -> str | None:
    for table in later.tables:
        if re.search(rf"\b{table}\b", text):
            return table
    for room in later.rooms:
        if re.search(rf"\bcornbread\.{room}\b", text) or re.fullmatch(rf"{room}\.[A-Z]\w+", text):
            return text
    return None


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else ():
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                yield statement.value


def touches_models(source: str) -> Iterator[tuple[int, str]]:
    """Line and words where a module asks the database around its room's queries and actions."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr="objects" | "_default_manager" | "_base_manager" as name):
                yield node.lineno, name
            case ast.Name(id="get_object_or_404" | "get_list_or_404" | "RawSQL" as name):
                yield node.lineno, name
            case ast.ImportFrom(module="django.db", names=names):
                if {"connection", "connections"} & {one.name for one in names}:
                    yield node.lineno, "django.db.connection"


def without_parameter(source: str, parameter: str) -> list[str]:
    """Public functions of a module that do not take this parameter."""
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and parameter not in {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
    ]


def modules(room: str, *layers: str) -> list[Path]:
    """The source files of a room, or of these layers of it; migrations are left out."""
    found = [one for one in (PACKAGE / room).rglob("*.py") if "migrations" not in one.parts]
    if not layers:
        return found
    inside = [one.relative_to(PACKAGE / room).parts[0].removesuffix(".py") for one in found]
    return [path for path, layer in zip(found, inside, strict=True) if layer in layers]


def where(path: Path) -> str:
    return str(path.relative_to(PACKAGE))
