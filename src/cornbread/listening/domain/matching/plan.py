"""What has to be in a post for a query to hold: the query as alternatives, each a list of keys.

A key is a small fact of a post, written as a string, whose first or last character tells its kind:
``late`` a word (or a character pair of an unspaced script), ``~京`` a character, ``#tag``,
``@handle``, ``lat*`` the start of a word, ``=BART`` a word as written, an emoji itself, and
``field:value``. No two kinds can be confused: words hold letters, digits and apostrophes only.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from cornbread.listening.domain.links import link_words
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
    Tag,
    Term,
    Word,
)
from cornbread.listening.domain.text import is_unspaced, units

Row: TypeAlias = tuple[str, ...]
Commonness: TypeAlias = Callable[[str], float]

#: A conjunction of disjunctions is written out while it gives no more alternatives than this.
MOST_ALTERNATIVES = 8

_NONE: frozenset[str] = frozenset()
_NO_ROWS: frozenset[Row] = frozenset()
_NO_TESTS: frozenset[Query] = frozenset()


class Alternative(NamedTuple):
    """One way for a query to hold: all ``keys`` are there, one of each of ``groups``, none of
    ``absent``; the words of ``rows`` stand in a row, those of ``absent_rows`` do not; and each
    of ``tests`` holds when the post is asked itself."""

    keys: frozenset[str] = _NONE
    absent: frozenset[str] = _NONE
    groups: frozenset[frozenset[str]] = frozenset()
    rows: frozenset[Row] = _NO_ROWS
    absent_rows: frozenset[Row] = _NO_ROWS
    tests: frozenset[Query] = _NO_TESTS

    def and_also(self, other: "Alternative") -> "Alternative":
        """Both at once."""
        return Alternative(
            self.keys | other.keys,
            self.absent | other.absent,
            self.groups | other.groups,
            self.rows | other.rows,
            self.absent_rows | other.absent_rows,
            self.tests | other.tests,
        )

    def is_one_key(self) -> bool:
        """Whether the presence of one key is all there is to it."""
        return len(self.keys) == 1 and not any(self[1:])


def alternatives(query: Query, commonness: Commonness) -> list[Alternative]:
    """The ways for ``query`` to hold; every one has keys unless the query asks for nothing.

    A post matches exactly if at least one of them holds of it.
    """
    return _ways(query, commonness, wanted=True)


def keys_of(query: Query) -> set[str]:
    """Every key that ``alternatives`` may mention, whatever is common."""
    match query:
        case And(parts) | Or(parts):
            return set().union(*map(keys_of, parts))
        case Not(part):
            return keys_of(part)
        case Near(left, right):
            return keys_of(left) | keys_of(right)
        case _:
            keys, row = sign_of(query)
            return set(keys).union(row)


def sign_of(term: Term) -> tuple[Sequence[str], Row]:
    """What is in a post when ``term`` holds of it: keys, and words that stand in a row. That
    is all there is to it but for a ``url:`` of several words."""
    match term:
        case Word(text):
            if len(text) == 1 and is_unspaced(text):
                return [f"~{text}"], ()
            row = tuple(units(text))
            return row, (row if len(row) > 1 else ())
        case Phrase(words):
            row = tuple(unit for word in words for unit in units(word))
            return row, row
        case Exact(text):
            # The word itself need not be asked for, but its rarity is known better.
            return [f"={text}"], ()
        case Emoji(text):
            return [text], ()
        case Prefix(text):
            return [f"{text}*"], ()
        case Tag(name):
            return [f"#{name}"], ()
        case Handle(name):
            return [f"@{name}"], ()
        case Field("url", value):
            return [f"url:{word}" for word in link_words(value)] or ["has:link"], ()
        case Field(name, value):
            return [f"{name}:{value}"], ()
        case Followers(least):
            return [f"followers>={least}"], ()


def _ways(query: Query, commonness: Commonness, *, wanted: bool) -> list[Alternative]:
    match query:
        case Not(part):
            return _ways(part, commonness, wanted=not wanted)
        case And(parts) | Or(parts):
            ways = [_ways(part, commonness, wanted=wanted) for part in parts]
            if isinstance(query, Or) is wanted:
                return [way for one in ways for way in one]
            return _all_at_once(list(zip(parts, ways, strict=True)), commonness, wanted=wanted)
        case Near():
            return _near(query, commonness) if wanted else [Alternative(tests=_one(Not(query)))]
        case _:
            return [_alternative(query, wanted=wanted)]


def _alternative(term: Term, *, wanted: bool) -> Alternative:
    keys, row = sign_of(term)
    if isinstance(term, Field) and len(keys) > 1:
        if wanted:
            return Alternative(keys=frozenset(keys), tests=_one(term))
        return Alternative(tests=_one(Not(term)))
    rows = frozenset([row]) if row else _NO_ROWS
    if wanted:
        return Alternative(keys=frozenset(keys), rows=rows)
    return Alternative(absent_rows=rows) if row else Alternative(absent=frozenset(keys))


def _near(near: Near, commonness: Commonness) -> list[Alternative]:
    sides = And((near.left, near.right))
    tested = Alternative(tests=_one(near))
    return [way.and_also(tested) for way in _ways(sides, commonness, wanted=True)]


def _all_at_once(
    parts: list[tuple[Query, list[Alternative]]], commonness: Commonness, *, wanted: bool
) -> list[Alternative]:
    """Every way to take one alternative of each part, as far as these are few; what is too many
    becomes a group of keys, or is asked of the post itself."""
    rarest = min(parts, key=lambda part: _breadth(part[1], commonness))
    made = rarest[1]
    for part in sorted(parts, key=lambda part: len(part[1])):
        query, ways = part
        if part is rarest:
            continue
        if len(ways) == 1 or len(made) * len(ways) <= MOST_ALTERNATIVES:
            made = [one.and_also(way) for one in made for way in ways]
            continue
        if all(way.is_one_key() for way in ways):
            group = frozenset().union(*(way.keys for way in ways))
            rest = Alternative(groups=frozenset([group]))
        else:
            rest = Alternative(tests=_one(query if wanted else Not(query)))
        made = [one.and_also(rest) for one in made]
    return made


def _breadth(ways: Iterable[Alternative], commonness: Commonness) -> float:
    """About how many posts have a key of each of the ways."""
    return sum(min(map(commonness, way.keys), default=float("inf")) for way in ways)


def _one(query: Query) -> frozenset[Query]:
    return frozenset([query])
