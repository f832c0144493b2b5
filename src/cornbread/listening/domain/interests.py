"""What to ask a network's own search for, so that a watch can catch something there.

A network's search returns too much or too little; every post it gives still goes through the
matcher. So it is enough to ask for one required part of each query.
"""

from collections.abc import Iterable

from cornbread.channels.contract import Interest
from cornbread.listening.domain.query import (
    And,
    Field,
    Handle,
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
        for interest in _required(query) or ():
            found.setdefault((interest.kind, interest.value), interest)
    return [found[key] for key in sorted(found)]


def _excludes(query: Query, network: str) -> bool:
    """Whether the query names another network that every caught post must come from."""
    parts = query.parts if isinstance(query, And) else (query,)
    named = {part.value for part in parts if isinstance(part, Field) and part.name == "network"}
    return bool(named) and network not in named


def _required(query: Query) -> tuple[Interest, ...] | None:
    """Searches of which every match contains at least one; None where there is no such set."""
    match query:
        case Tag(name):
            return (Interest(kind="tag", value=name),)
        case Word(text) | Prefix(text):
            return (Interest(kind="term", value=text),)
        case Handle(name):
            return (Interest(kind="term", value=f"@{name}"),)
        case Phrase(words):
            return (Interest(kind="term", value=" ".join(words)),)
        case Or(parts):
            sets = [_required(part) for part in parts]
            if any(one is None for one in sets):
                return None
            return tuple(interest for one in sets for interest in one or ())
        case And(parts):
            required: list[tuple[Interest, ...]] = [
                one for part in parts if (one := _required(part)) is not None
            ]
            return min(required, key=_breadth) if required else None
        case Field() | Not():
            return None


def _breadth(interests: tuple[Interest, ...]) -> tuple[int, int]:
    """Few searches for long terms bring the least that is not wanted."""
    return (len(interests), -min(len(interest.value) for interest in interests))
