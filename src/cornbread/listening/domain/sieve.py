"""A quick look at a text that tells most posts which a query cannot match, without reading them.

Reading a post into words costs far more than looking for a few letters in it.
"""

from collections.abc import Callable

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
    Word,
)
from cornbread.listening.domain.text import normalise, units


def sieve(query: Query) -> Callable[[str], bool]:
    """A function of a post's text that is True of every post that matches, and of some others."""
    needles = _needles(query, wanted=True)
    if needles is None:
        return lambda text: True

    def may_match(text: str) -> bool:
        text = normalise(text)
        return any(needle in text for needle in needles)

    return may_match


def _needles(query: Query, *, wanted: bool) -> frozenset[str] | None:
    """Letters of which every normalised text has some if ``query`` comes out as ``wanted`` of it;
    None where there are none."""
    match query:
        case Not(part):
            return _needles(part, wanted=not wanted)
        case And(parts) | Or(parts):
            options = [_needles(part, wanted=wanted) for part in parts]
            known = [option for option in options if option is not None]
            if isinstance(query, And) is wanted:
                return min(known, key=_breadth, default=None)
            return frozenset().union(*known) if len(known) == len(options) else None
        case Near(left, right):
            return _needles(And((left, right)), wanted=True) if wanted else None
        case Field() | Followers():
            return None
        case _:
            return frozenset({_letters(query)}) if wanted else None


def _letters(term: Word | Exact | Emoji | Phrase | Prefix | Tag | Handle) -> str:
    match term:
        case Word(text) | Prefix(text):
            # The pairs of an unspaced script may come from several runs.
            return units(text)[0]
        case Exact(text):
            return normalise(text)
        case Emoji(text):
            # Variation selectors may stand inside.
            return text[0]
        case Phrase(words):
            return max((units(word)[0] for word in words), key=len)
        case Tag(name):
            return f"#{name}"
        case Handle(name):
            return f"@{name}"


def _breadth(needles: frozenset[str]) -> float:
    """The less, the fewer texts have one of the needles."""
    return sum(1 / len(needle) for needle in needles)
