"""Why conditions hold of a conversation, or not: each question with what was found."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from cornbread.automation.domain.conditions import Condition, Match, When
from cornbread.automation.domain.facts import Facts, Names
from cornbread.automation.domain.fields import FIELDS, OPERATORS, Field, Kind
from cornbread.automation.domain.holding import condition_holds, fits, left_alone, parsed
from cornbread.listening.domain.evaluation import explain
from cornbread.listening.domain.matchable import MatchablePost

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
    """The verdict on one conversation, as ``holding.holds`` gives it, with its reasons."""
    groups = []
    for group in when.groups:
        reasons = tuple(_reason(one, facts, names) for one in group.conditions)
        groups.append(Judged(group.match, _joined(group.match, reasons), reasons))
    holds = _joined(when.match, groups)
    if left_alone(when, facts):
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
    found = _FOUND[field.kind](one, field.read(facts), field, names)
    return Reason(in_words(one, names), found, condition_holds(one, facts))


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


def _labels(one: Condition, actual: Any, field: Field, names: Names) -> str:
    return ", ".join(sorted(actual)) or "none"


def _language(one: Condition, actual: Any, field: Field, names: Names) -> str:
    return actual or "not known"


def _number(one: Condition, actual: Any, field: Field, names: Names) -> str:
    return "not known" if actual is None else f"{actual:,.1f}".removesuffix(".0")


def _flag(one: Condition, actual: Any, field: Field, names: Names) -> str:
    return "yes" if actual else "no"


def _time(one: Condition, actual: Any, field: Field, names: Names) -> str:
    return f"{actual:%H:%M}"


def _text(one: Condition, actual: MatchablePost, field: Field, names: Names) -> str:
    """The log keeps the words that were found, and nothing else of what a customer said."""
    wanted = str(one.value)
    if one.operator.startswith("contains"):
        there = wanted.casefold() in " ".join(actual.text.split()).casefold()
        return f"“{wanted}”" if there else "not found"
    places = explain(parsed(wanted), actual)[:_MOST_SHOWN]
    said = ", ".join(f"“{actual.text[start:end]}”" for start, end in places)
    return said or ("fits" if fits(wanted, actual) else "does not fit")


_FOUND: Mapping[Kind, Callable[[Condition, Any, Field, Names], str]] = {
    Kind.CHOICE: lambda one, actual, field, names: _called(actual, field, names),
    Kind.ID: lambda one, actual, field, names: _called(actual, field, names),
    Kind.LABELS: _labels,
    Kind.LANGUAGE: _language,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.TIME: _time,
}
