"""Whether one condition holds of a conversation. The reasons are worked out elsewhere, and only for
those on which a rule fires: most conversations are asked and passed by.
"""

from collections.abc import Callable, Mapping
from datetime import time
from functools import lru_cache
from typing import Any

from cornbread.automation.domain.conditions import Condition, Group, Match, When
from cornbread.automation.domain.facts import Facts
from cornbread.automation.domain.fields import FIELDS, Kind
from cornbread.listening.domain.evaluation import matches
from cornbread.listening.domain.matchable import MatchablePost
from cornbread.listening.domain.query import Query, parse

Fits = Callable[[str, MatchablePost], bool]
"""Whether a query holds of a post."""


def fits(query: str, post: MatchablePost) -> bool:
    """The plain way, for one post."""
    return matches(parsed(query), post)


@lru_cache(maxsize=512)
def parsed(text: str) -> Query:
    """A query that was looked at when its rule was saved."""
    return parse(text)


def left_alone(when: When, facts: Facts) -> bool:
    """What was heard long after its posting sets nothing off unless a condition asks for it, so
    that a back-fill of old posts passes quietly.
    """
    return facts.late and not when.asks_about("late")


def holds(when: When, facts: Facts, fits: Fits = fits) -> bool:
    """Whether all of it holds; no more is looked at than that takes."""
    if left_alone(when, facts):
        return False
    if not when.groups:
        return True
    several = all if when.match is Match.ALL else any
    return several(_group_holds(group, facts, fits) for group in when.groups)


def _group_holds(group: Group, facts: Facts, fits: Fits) -> bool:
    several = all if group.match is Match.ALL else any
    return several(condition_holds(one, facts, fits) for one in group.conditions)


def condition_holds(one: Condition, facts: Facts, fits: Fits = fits) -> bool:
    """Whether one condition holds. What is not known is neither so nor not so: no."""
    field = FIELDS[one.field]
    return _TESTS[field.kind](one, field.read(facts), fits)


def values_of(one: Condition) -> tuple[object, ...]:
    """The values that a condition names."""
    return one.value if isinstance(one.value, tuple) else (one.value,)


def _chosen(one: Condition, actual: Any, fits: Fits) -> bool:
    return (actual in values_of(one)) is (one.operator == "is")


def _labels(one: Condition, actual: Any, fits: Fits) -> bool:
    worn = {name.casefold() for name in actual}
    some = any(str(name).casefold() in worn for name in values_of(one))
    return some is (one.operator == "is")


def _language(one: Condition, actual: Any, fits: Fits) -> bool:
    if not actual:
        return False
    spoken = f"{actual.lower()}-"
    some = any(spoken.startswith(f"{str(lang).lower()}-") for lang in values_of(one))
    return some is (one.operator == "is")


def _number(one: Condition, actual: Any, fits: Fits) -> bool:
    if actual is None:
        return False
    limit = float(str(one.value))
    return bool(actual >= limit if one.operator == "at_least" else actual <= limit)


def _flag(one: Condition, actual: Any, fits: Fits) -> bool:
    return actual is one.value


def _time(one: Condition, actual: Any, fits: Fits) -> bool:
    first, last = (time.fromisoformat(part) for part in str(one.value).split("-"))
    # A span that ends before it begins runs over midnight.
    inside = first <= actual < last if first <= last else actual >= first or actual < last
    return inside is (one.operator == "between")


def _text(one: Condition, actual: MatchablePost, fits: Fits) -> bool:
    wanted = str(one.value)
    if one.operator.startswith("contains"):
        found = wanted.casefold() in " ".join(actual.text.split()).casefold()
    else:
        found = fits(wanted, actual)
    return found is not one.operator.endswith("_not")


_TESTS: Mapping[Kind, Callable[[Condition, Any, Fits], bool]] = {
    Kind.CHOICE: _chosen,
    Kind.ID: _chosen,
    Kind.LABELS: _labels,
    Kind.LANGUAGE: _language,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.TIME: _time,
}
