"""The normal form: queries that say the same in another order or with other parentheses are equal.

NOT stands only before terms, nothing is said twice, and what is contained in something wider
beside it is left out: ``a OR (b a)`` is ``a``. The form has the same meaning in every post.
"""

from collections.abc import Iterable

from cornbread.listening.domain.query.nodes import (
    And,
    Near,
    Not,
    Or,
    Query,
    all_of,
    any_of,
)
from cornbread.listening.domain.query.printer import print_query


def normal_form(query: Query) -> Query:
    """``query`` in normal form; applying it twice changes nothing more."""
    return _normal(query, wanted=True)


def _normal(query: Query, *, wanted: bool) -> Query:
    """The normal form of ``query``, or of its opposite."""
    match query:
        case Not(part):
            return _normal(part, wanted=not wanted)
        case And(parts) | Or(parts):
            tidy = [_normal(part, wanted=wanted) for part in parts]
            return _all(tidy) if isinstance(query, And) is wanted else _any(tidy)
        case Near(left, right, within):
            first, second = sorted(
                (_normal(left, wanted=True), _normal(right, wanted=True)), key=_order
            )
            near = Near(first, second, within)
            return near if wanted else Not(near)
        case _:
            return query if wanted else Not(query)


def _all(parts: list[Query]) -> Query:
    flat = _distinct(all_of(parts), And)
    return all_of(_widest(flat, inside=Or))


def _any(parts: list[Query]) -> Query:
    flat = _distinct(any_of(parts), Or)
    return any_of(_widest(flat, inside=And))


def _distinct(joined: Query, kind: type[And] | type[Or]) -> list[Query]:
    parts = joined.parts if isinstance(joined, kind) else (joined,)
    return sorted(set(parts), key=_order)


def _widest(parts: list[Query], inside: type[And] | type[Or]) -> list[Query]:
    """Without the parts that say nothing beside another: ``a (a OR b)`` is ``a``."""
    sets = [frozenset(part.parts if isinstance(part, inside) else (part,)) for part in parts]
    return [
        part
        for part, these in zip(parts, sets, strict=True)
        if not any(others < these for others in sets)
    ]


def _order(query: Query) -> tuple[bool, str]:
    """What is asked for before what is left out, and then by the alphabet."""
    return (isinstance(query, Not), print_query(query))


def leaves(query: Query) -> Iterable[Query]:
    """The terms of a query and its NEARs, which are true or false of a post as a whole."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield query
