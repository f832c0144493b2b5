"""Conditions as people put them together: groups of questions, joined by "all" or "any"."""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from cornbread.automation.domain.fields import FIELDS, OPERATORS, Field, Kind
from cornbread.foundation.errors import Invalid
from cornbread.listening.domain.query import QueryError, parse

MOST_GROUPS, MOST_CONDITIONS = 10, 20
_LONGEST = 2_000
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)")

Value = str | float | bool | tuple[str, ...] | tuple[int, ...]


class Match(StrEnum):
    """How several answers become one."""

    ALL = "all"
    ANY = "any"


class Condition(msgspec.Struct, frozen=True):
    """A question about one field."""

    field: str
    operator: str
    value: Value


class Group(msgspec.Struct, frozen=True):
    """Questions that belong together."""

    match: Match = Match.ALL
    conditions: tuple[Condition, ...] = ()


class When(msgspec.Struct, frozen=True):
    """Everything a rule asks; without any question it always holds."""

    match: Match = Match.ALL
    groups: tuple[Group, ...] = ()

    def asks_about(self, field: str) -> bool:
        """Whether some condition is about this field."""
        return any(one.field == field for group in self.groups for one in group.conditions)


def stored(when: When) -> dict[str, Any]:
    """Conditions as plain JSON values."""
    plain: dict[str, Any] = msgspec.to_builtins(when)
    return plain


def read_when(raw: Any) -> When:
    """Conditions from plain values; Invalid names every field that is wrong, and what to do.

    Fields are called as they are found: ``groups.0.conditions.1.value``.
    """
    wrong: dict[str, str] = {}
    if not isinstance(raw, Mapping):
        raise _invalid({"when": "Say the conditions as an object with match and groups."})
    groups = raw.get("groups") or ()
    if not isinstance(groups, Sequence) or isinstance(groups, str) or len(groups) > MOST_GROUPS:
        raise _invalid({"groups": f"Give a list of at most {MOST_GROUPS} groups."})
    found = [_group(one, f"groups.{at}", wrong) for at, one in enumerate(groups)]
    match = _match(raw.get("match", "all"), "match", wrong)
    if wrong:
        raise _invalid(wrong)
    return When(match, tuple(group for group in found if group.conditions))


def _group(raw: Any, path: str, wrong: dict[str, str]) -> Group:
    conditions = raw.get("conditions") if isinstance(raw, Mapping) else None
    if not isinstance(conditions, Sequence) or len(conditions) > MOST_CONDITIONS:
        wrong[path] = f"Give a list of at most {MOST_CONDITIONS} conditions."
        return Group()
    match = _match(raw.get("match", "all"), f"{path}.match", wrong)
    read = [_condition(one, f"{path}.conditions.{at}", wrong) for at, one in enumerate(conditions)]
    return Group(match, tuple(one for one in read if one is not None))


def _match(raw: Any, path: str, wrong: dict[str, str]) -> Match:
    if raw not in ("all", "any"):
        wrong[path] = "Choose all or any."
        return Match.ALL
    return Match(raw)


def _condition(raw: Any, path: str, wrong: dict[str, str]) -> Condition | None:
    raw = raw if isinstance(raw, Mapping) else {}
    field = FIELDS.get(str(raw.get("field", "")))
    if field is None:
        wrong[f"{path}.field"] = f"Choose one of: {', '.join(FIELDS)}."
        return None
    operator = str(raw.get("operator", ""))
    if operator not in OPERATORS[field.kind]:
        wrong[f"{path}.operator"] = f"Choose one of: {', '.join(OPERATORS[field.kind])}."
        return None
    try:
        value = _READ[field.kind](raw.get("value"), field, operator)
    except ValueError as trouble:
        wrong[f"{path}.value"] = str(trouble)
        return None
    return Condition(field.name, operator, value)


def _texts(raw: Any, field: Field, _operator: str) -> tuple[str, ...]:
    several = raw if isinstance(raw, list | tuple) else [raw]
    texts = tuple(dict.fromkeys(str(one).strip()[:60] for one in several if one not in (None, "")))
    texts = tuple(text for text in texts if text)
    if not texts:
        raise ValueError(f"Choose at least one for “{field.label}”.")
    unknown = [text for text in texts if field.choices and text not in field.choices]
    if unknown:
        raise ValueError(f"Choose from: {', '.join(field.choices)}.")
    return texts


def _ids(raw: Any, field: Field, _operator: str) -> tuple[int, ...]:
    several = raw if isinstance(raw, list | tuple) else [raw]
    try:
        ids = tuple(dict.fromkeys(int(one) for one in several if one not in (None, "")))
    except (TypeError, ValueError):
        ids = ()
    if not ids or not all(0 <= one < 2**63 for one in ids):
        raise ValueError(f"Choose at least one for “{field.label}”.")
    return ids


def _number(raw: Any, _field: Field, _operator: str) -> float:
    try:
        number = float(str(raw).replace(",", "."))
    except ValueError:
        raise ValueError("Write a number, such as 2 or 0.5.") from None
    if not 0 <= number <= 10**12:
        raise ValueError("Write a number that is not negative.")
    return number


def _text(raw: Any, _field: Field, operator: str) -> str:
    text = " ".join(str(raw or "").split())
    if not text:
        raise ValueError("Write the words to look for.")
    if len(text) > _LONGEST:
        raise ValueError(f"Write at most {_LONGEST:,} characters.")
    if operator.startswith("matches"):
        try:
            parse(text)
        except QueryError as trouble:
            raise ValueError(f"{trouble} (at character {trouble.position + 1})") from None
    return text


def _flag(raw: Any, _field: Field, _operator: str) -> bool:
    known = {"true": True, "yes": True, "false": False, "no": False}
    found = known.get(str(raw).lower())
    if found is None:
        raise ValueError("Choose yes or no.")
    return found


def _hours(raw: Any, _field: Field, _operator: str) -> str:
    found = _HOURS.fullmatch(str(raw or "").strip())
    if found is None:
        raise ValueError("Write two times with a dash between, such as 22:00-06:00.")
    first, second, third, fourth = found.groups()
    return f"{int(first):02}:{second}-{int(third):02}:{fourth}"


_READ: Mapping[Kind, Callable[[Any, Field, str], Value]] = {
    Kind.CHOICE: _texts,
    Kind.ID: _ids,
    Kind.LABELS: _texts,
    Kind.LANGUAGE: _texts,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.TIME: _hours,
}


def _invalid(wrong: dict[str, str]) -> Invalid:
    return Invalid(next(iter(wrong.values())), fields=wrong)
