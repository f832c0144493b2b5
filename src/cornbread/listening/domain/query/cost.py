"""How much a query will have to look at and catch, guessed from how common its words are: in what
the brand hears as far as that is known, and otherwise in English.

The guess takes words to be independent, which they are not: it is good for telling "hardly ever"
from "all the time", and for nothing finer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from cornbread.listening.domain.query.heard import NOTHING, Heard
from cornbread.listening.domain.query.nodes import (
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
from cornbread.listening.domain.text import is_unspaced, normalise, units

POSTS = 10_000
"""Costs are counts of so many posts."""

ALOT = 500
"""A query that catches more of 10,000 posts deserves a second look."""

_EVERYWHERE = "a the to i you for and on my is in it of me your"
_FREQUENT = (
    "have was not at with that this be but so just get are no can we do from up out now how what "
    "if all or by will an they as has he she our us been when there am who why more new good day "
    "time go one like thanks please help need"
)
_COMMON = dict.fromkeys(_FREQUENT.split(), 500) | dict.fromkeys(_EVERYWHERE.split(), 2_500)
# By the number of letters of a word, in posts of 10,000.
_BY_LENGTH = {1: 150, 2: 150, 3: 80, 4: 50, 5: 25, 6: 20, 7: 12, 8: 9}
_RARE = 5
_OF_FIELDS = {
    "lang": 3_000, "network": 5_000, "from": 2, "url": 10, "domain": 20,
    "link": 2_500, "image": 2_000, "question": 2_000, "reply": 4_000, "repost": 2_500,
}  # fmt: skip
# Words of one phrase are met together far more often than by chance.
_TOGETHER = 50.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Of 10,000 posts: how many must be looked at more closely, and how many are caught."""

    looked_at: int
    caught: int

    @property
    def is_high(self) -> bool:
        """Whether this will catch a lot."""
        return self.caught > ALOT


def cost(query: Query, heard: Heard = NOTHING) -> Cost:
    """A guess for ``query``, given what was heard lately."""
    guess = _Guess(heard)
    caught = guess.share(query)
    looked_at = max(guess.looked_at(query, wanted=True), caught)
    return Cost(round(POSTS * looked_at), round(POSTS * caught))


class _Guess:
    def __init__(self, heard: Heard) -> None:
        self.heard = heard

    def share(self, query: Query) -> float:
        """The part of all posts that ``query`` catches, 0 to 1."""
        match query:
            case And(parts):
                return prod(map(self.share, parts))
            case Or(parts):
                return _either(map(self.share, parts))
            case Not(part):
                return 1 - self.share(part)
            case Near(left, right, within):
                both = [self.share(left), self.share(right)]
                # Of two words in a post of some twenty, so many are so near.
                return min(prod(both) * max(within, 2), *both)
            case _:
                return self.term(query)

    def looked_at(self, query: Query, *, wanted: bool) -> float:
        """The part of all posts that has what a match cannot do without."""
        match query:
            case Not(part):
                return self.looked_at(part, wanted=not wanted)
            case And(parts) | Or(parts):
                shares = [self.looked_at(part, wanted=wanted) for part in parts]
                return min(shares) if isinstance(query, And) is wanted else min(1.0, sum(shares))
            case Near(left, right) if wanted:
                return min(self.share(left), self.share(right))
            case _:
                return self.share(query) if wanted else 1.0

    def term(self, term: Term) -> float:
        match term:
            case Word(text):
                return self.word(text)
            case Exact(text):
                return self.word(normalise(text)) / 2
            case Prefix(text):
                return self.heard.share_beginning(text, min(1.0, 3 * _guessed(text)))
            case Phrase(words):
                each = [self.word(word) for word in words]
                return min(prod(each) * _TOGETHER, *each)
            case Tag(name):
                return self.heard.share(f"#{name}", _guessed(name) / 5)
            case Emoji():
                return 40 / POSTS
            case Handle(name):
                return self.heard.share(f"@{name}", 20 / POSTS)
            case Followers(least):
                return min(0.9, 300 / least)
            case Field(name, value):
                return (_OF_FIELDS.get(value if name in ("has", "is") else name, 0)) / POSTS

    def word(self, text: str) -> float:
        return min(self.heard.share(unit, _guessed(text)) for unit in units(text))


def _guessed(word: str) -> float:
    """How common a word is in English, or words of its length anywhere."""
    known = _COMMON.get(word)
    # One character of an unspaced script says about as much as three letters.
    length = 3 * len(word) if is_unspaced(word) else len(word)
    return (_BY_LENGTH.get(length, _RARE) if known is None else known) / POSTS


def _either(shares: Iterable[float]) -> float:
    return 1 - prod(1 - share for share in shares)
