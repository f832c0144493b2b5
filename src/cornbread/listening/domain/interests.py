"""What to ask a network's own search for, so that a watch can catch something there.

A network's search returns too much or too little; every post it gives still goes through the
matcher. So it is enough to ask for one required part of each query.
"""

from collections.abc import Iterable

import msgspec

from cornbread.channels.contract import Interest
from cornbread.listening.domain.query import (
    And,
    Emoji,
    Exact,
    Field,
    Followers,
    Handle,
    Near,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    QueryError,
    Tag,
    Word,
    parse,
)
from cornbread.listening.domain.text import normalise


class _Searches(msgspec.Struct, frozen=True):
    """Searches for a query. ``whole`` if every match is among what they find; ``sure`` if networks
    can be expected to search for such things at all, as they do for words."""

    asked: tuple[Interest, ...] = ()
    whole: bool = False
    sure: bool = True


_NONE = _Searches()


def interests_of(queries: Iterable[str], *, network: str) -> list[Interest]:
    """Searches that together cover the queries, each once, in a stable order."""
    found: dict[tuple[str, str], Interest] = {}
    for text in queries:
        try:
            query = parse(text)
        except QueryError:  # stored by an older grammar; the watch page shows it as broken
            continue
        if _excludes(query, network):
            continue
        for interest in _searches(query).asked:
            found.setdefault((interest.kind, interest.value), interest)
    return [found[key] for key in sorted(found)]


def _excludes(query: Query, network: str) -> bool:
    """Whether the query names another network that every caught post must come from."""
    parts = query.parts if isinstance(query, And) else (query,)
    named = {part.value for part in parts if isinstance(part, Field) and part.name == "network"}
    return bool(named) and network not in named


def _searches(query: Query) -> _Searches:
    """The searches that bring the matches of ``query`` with the least that is not wanted."""
    match query:
        case Tag(name):
            return _Searches((Interest(kind="tag", value=name),), whole=True)
        case Word(text) | Prefix(text):
            return _term(text)
        case Exact(text):
            return _term(normalise(text))
        case Emoji(text):
            return _term(text, sure=False)
        case Handle(name):
            return _term(f"@{name}")
        case Phrase(words):
            return _term(" ".join(words))
        case Near(left, right):
            return _best([left, right])
        case Or(parts):
            options = [_searches(part) for part in parts]
            return _Searches(
                tuple(interest for option in options for interest in option.asked),
                # Where one side cannot be searched for, the others are still worth hearing.
                whole=all(option.whole for option in options),
                sure=all(option.sure for option in options),
            )
        case And(parts):
            return _best(parts)
        case Field("url" | "domain", value):
            return _term(value, sure=False)
        case Field() | Followers() | Not():
            return _NONE


def _term(value: str, *, sure: bool = True) -> _Searches:
    return _Searches((Interest(kind="term", value=value),), whole=True, sure=sure)


def _best(parts: Iterable[Query]) -> _Searches:
    """All parts must hold, so the searches of one of them will do."""
    options = [option for part in parts if (option := _searches(part)).asked]
    return min(options, key=_rank, default=_NONE)


def _rank(one: _Searches) -> tuple[bool, bool, int, int]:
    """Whole ones first; of those, few searches for long terms."""
    shortest = min(len(interest.value) for interest in one.asked)
    return (not one.whole, not one.sure, len(one.asked), -shortest)
