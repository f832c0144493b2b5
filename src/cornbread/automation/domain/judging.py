"""Whether conditions hold of a conversation, and why: each question with what was found."""

from collections.abc import Callable, Mapping, Sequence
from datetime import time
from functools import lru_cache
from typing import Any

import msgspec

from cornbread.automation.domain.conditions import Condition, Match, When
from cornbread.automation.domain.facts import Facts, Names
from cornbread.automation.domain.fields import FIELDS, OPERATORS, Field, Kind
from cornbread.listening.domain.evaluation import explain, matches
from cornbread.listening.domain.matchable import MatchablePost
from cornbread.listening.domain.query import Query, parse

_MOST_SHOWN = 3


class Reason(msgspec.Struct, frozen=True):
    """One question in words, what was found, and whether it holds."""

    words: str
    found: str
    holds: bool


class Judged(msgspec.Struct, frozen=True):
    """A group of questions, and whether it holds."""

    match: Match
    holds: bool
    reasons: tuple[Reason, ...]


class Verdict(msgspec.Struct, frozen=True):
    """Whether a rule holds of a conversation, with every question answered."""

    holds: bool
    match: Match = Match.ALL
    groups: tuple[Judged, ...] = ()

    @property
    def missing(self) -> tuple[Reason, ...]:
        """What did not hold."""
        return tuple(one for group in self.groups for one in group.reasons if not one.holds)


def judge(when: When, facts: Facts, names: Names) -> Verdict:
    """The verdict on one conversation. What is not known is neither so nor not so: no.

    What was heard long after its posting is left alone unless a condition asks for it, so that a
    back-fill of old posts sets nothing off.
    """
    groups = []
    for group in when.groups:
        reasons = tuple(_reason(one, facts, names) for one in group.conditions)
        groups.append(Judged(group.match, _joined(group.match, reasons), reasons))
    holds = _joined(when.match, groups)
    if facts.late and not when.asks_about("late"):
        late = Reason("Heard in time", "heard late", holds=False)
        groups.append(Judged(Match.ALL, holds=False, reasons=(late,)))
        holds = False
    return Verdict(holds, when.match, tuple(groups))


def _joined(match: Match, parts: Sequence[Reason | Judged]) -> bool:
    if not parts:
        return True
    return (all if match is Match.ALL else any)(part.holds for part in parts)


def _reason(one: Condition, facts: Facts, names: Names) -> Reason:
    field = FIELDS[one.field]
    actual = field.read(facts)
    holds, found = _ANSWERS[field.kind](one, actual, field, names)
    return Reason(in_words(one, names), found, holds)


def in_words(one: Condition, names: Names) -> str:
    """A condition as a sentence: "Labels include “vip”"."""
    field = FIELDS[one.field]
    operator = OPERATORS[field.kind][one.operator]
    if field.kind is Kind.FLAG:
        return field.label if one.value else f"Not: {field.label.lower()}"
    return f"{field.label} {operator} {_value_in_words(one, field, names)}"


def _value_in_words(one: Condition, field: Field, names: Names) -> str:
    if isinstance(one.value, tuple):
        return " or ".join(_called(value, field, names) for value in one.value)
    if isinstance(one.value, float):
        return f"{one.value:g}"
    return f"“{one.value}”" if field.kind is Kind.TEXT else str(one.value)


def _called(value: object, field: Field, names: Names) -> str:
    if field.kind is Kind.ID:
        if value == 0:
            return "nobody" if field.name == "assignee" else "none"
        called: Mapping[int, str] = getattr(names, field.refers_to)
        return called.get(int(str(value)), "one that is gone")
    if field.choices:
        return field.choices.get(str(value), str(value)).lower()
    return f"“{value}”"


def _chosen(one: Condition, actual: Any, field: Field, names: Names) -> tuple[bool, str]:
    among = actual in _several(one)
    return among is (one.operator == "is"), _called(actual, field, names)


def _labels(one: Condition, actual: Any, field: Field, names: Names) -> tuple[bool, str]:
    worn = {name.casefold() for name in actual}
    some = any(str(name).casefold() in worn for name in _several(one))
    return some is (one.operator == "is"), ", ".join(sorted(actual)) or "none"


def _language(one: Condition, actual: Any, field: Field, names: Names) -> tuple[bool, str]:
    if not actual:
        return one.operator == "is_not", "not known"
    spoken = f"{actual.lower()}-"
    some = any(spoken.startswith(f"{str(lang).lower()}-") for lang in _several(one))
    return some is (one.operator == "is"), actual


def _number(one: Condition, actual: Any, field: Field, names: Names) -> tuple[bool, str]:
    if actual is None:
        return False, "not known"
    limit = float(str(one.value))
    holds = actual >= limit if one.operator == "at_least" else actual <= limit
    return holds, f"{actual:,.1f}".removesuffix(".0")


def _flag(one: Condition, actual: Any, field: Field, names: Names) -> tuple[bool, str]:
    return actual is one.value, "yes" if actual else "no"


def _time(one: Condition, actual: Any, field: Field, names: Names) -> tuple[bool, str]:
    first, last = (time.fromisoformat(part) for part in str(one.value).split("-"))
    # A span that ends before it begins runs over midnight.
    inside = first <= actual < last if first <= last else actual >= first or actual < last
    return inside is (one.operator == "between"), f"{actual:%H:%M}"


def _text(one: Condition, actual: MatchablePost, field: Field, names: Names) -> tuple[bool, str]:
    """The log keeps the words that were found, and nothing else of what a customer said."""
    wanted = str(one.value)
    if one.operator.startswith("contains"):
        holds = wanted.casefold() in " ".join(actual.text.split()).casefold()
        found = f"“{wanted}”" if holds else "not found"
    else:
        holds = matches(_query(wanted), actual)
        places = explain(_query(wanted), actual)[:_MOST_SHOWN]
        said = ", ".join(f"“{actual.text[start:end]}”" for start, end in places)
        found = said or ("fits" if holds else "does not fit")
    return holds is not one.operator.endswith("_not"), found


@lru_cache(maxsize=512)
def _query(text: str) -> Query:
    return parse(text)


def _several(one: Condition) -> tuple[object, ...]:
    return one.value if isinstance(one.value, tuple) else (one.value,)


_ANSWERS: Mapping[Kind, Callable[[Condition, Any, Field, Names], tuple[bool, str]]] = {
    Kind.CHOICE: _chosen,
    Kind.ID: _chosen,
    Kind.LABELS: _labels,
    Kind.LANGUAGE: _language,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.TIME: _time,
}
