"""The typed tree of a query. Trees are immutable values: equal when they say the same.

Words, tags and handles are held normalised (see ``listening.domain.text``), without # or @.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

FieldName = Literal["lang", "from", "network", "url", "domain", "has", "is"]
FIELDS: tuple[FieldName, ...] = get_args(FieldName)


@dataclass(frozen=True, slots=True)
class Word:
    """One word anywhere in the post, also as a tag."""

    text: str


@dataclass(frozen=True, slots=True)
class Exact:
    """One word written just so, capitals included: ``=BART`` is not ``Bart``."""

    text: str


@dataclass(frozen=True, slots=True)
class Emoji:
    """An emoji anywhere in the post, however it is drawn (variation selectors do not count)."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Two words or more, adjacent and in this order."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any word that begins with ``text``."""

    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag, whole."""

    name: str


@dataclass(frozen=True, slots=True)
class Handle:
    """A mention of an account in the text."""

    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """A property of the post rather than of its text."""

    name: FieldName
    value: str


@dataclass(frozen=True, slots=True)
class Followers:
    """The author has at least so many followers, as far as is known."""

    least: int


@dataclass(frozen=True, slots=True)
class Near:
    """Both sides, in either order, their places in the text at most ``within`` apart (adjacent
    words are one apart). Each side is a term that has a place, or an ``Or`` of such terms."""

    left: "Query"
    right: "Query"
    within: int


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two parts, none of which is itself an ``And``."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of at least two parts, none of which is itself an ``Or``."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but ``part``."""

    part: "Query"


Term: TypeAlias = Word | Exact | Emoji | Phrase | Prefix | Tag | Handle | Field | Followers
Query: TypeAlias = Term | Near | And | Or | Not


def all_of(parts: "list[Query]") -> Query:
    """The parts joined by AND, flattened: ``(a b) c`` and ``a b c`` are the same query."""
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, And) else (part,))
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(parts: "list[Query]") -> Query:
    """The parts joined by OR, flattened."""
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Or) else (part,))
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def holds_of_nothing(query: Query) -> bool:
    """Whether a post with none of the query's terms would match: then it asks for nothing."""
    match query:
        case And(parts):
            return all(map(holds_of_nothing, parts))
        case Or(parts):
            return any(map(holds_of_nothing, parts))
        case Not(part):
            return not holds_of_nothing(part)
        case _:
            return False
