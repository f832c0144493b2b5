"""Does a query hold of a post, and where: the plain definition that every matcher must equal.

It reads the post anew for each question, so it suits one post or one preview; streams of posts
go through ``matching.Matcher``.
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from cornbread.listening.domain.links import domains_of, link_words
from cornbread.listening.domain.locating import Token, locate
from cornbread.listening.domain.matchable import (
    MatchablePost,
    author_of,
    lang_of,
    links_of,
    things_of,
)
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
from cornbread.listening.domain.text import (
    handle_forms,
    is_unspaced,
    normalise,
    tag_words,
    units,
)

__all__ = [
    "MatchablePost",
    "Place",
    "Span",
    "apart",
    "author_of",
    "explain",
    "fact_holds",
    "lang_of",
    "matches",
]

Span: TypeAlias = tuple[int, int]


class Place(NamedTuple):
    """Where a term was found: from ``start`` to ``end`` of the text, and as the words from
    ``first`` up to ``after`` of its sequence of words, in which a handle or a link counts as one.
    An emoji stands between words: its ``first`` is its ``after``, the number of words before it.
    """

    start: int
    end: int
    first: int
    after: int


# A field says something of the whole post: it holds, at no place in the text.
_NOWHERE = Place(0, 0, -1, -1)


def matches(query: Query, post: MatchablePost) -> bool:
    """Whether ``query`` holds of ``post``."""
    return _holds(query, _Page(post))


def explain(query: Query, post: MatchablePost) -> list[Span]:
    """Where in ``post.text`` the reasons lie that made it match: sorted ``(start, end)`` spans
    that do not overlap, in the text as it was written. Empty if it does not match, or if only
    fields and absent words made it match."""
    page = _Page(post)
    if not _holds(query, page):
        return []
    places = _reasons(query, page, wanted=True)
    return _merged((place.start, place.end) for place in places if place is not _NOWHERE)


class _Page:
    """A post as it is searched: its tokens with their places, and those a phrase may run over."""

    def __init__(self, post: MatchablePost) -> None:
        self.post = post
        self.tokens: list[tuple[Token, Place]] = []
        self.line: list[tuple[Token, Place]] = []
        for token in locate(post.text):
            placed = (token, _place(token, len(self.line)))
            self.tokens.append(placed)
            if token.kind not in ("tag", "emoji"):
                self.line.append(placed)

    def of_kind(self, kind: str) -> list[tuple[Token, Place]]:
        return [placed for placed in self.tokens if placed[0].kind == kind]


def _place(token: Token, at: int) -> Place:
    length = 1
    if token.kind == "emoji":
        length = 0
    elif token.kind == "tag":
        length = sum(len(units(word)) for word in tag_words(token.text))
    return Place(token.start, token.end, at, at + length)


def _holds(query: Query, page: _Page) -> bool:
    match query:
        case And(parts):
            return all(_holds(part, page) for part in parts)
        case Or(parts):
            return any(_holds(part, page) for part in parts)
        case Not(part):
            return not _holds(part, page)
        case Near():
            return bool(_near(query, page))
        case _:
            return bool(_places(query, page))


def _reasons(query: Query, page: _Page, *, wanted: bool) -> list[Place]:
    """The places of the terms that made ``query`` come out as ``wanted``."""
    if _holds(query, page) is not wanted:
        return []
    match query:
        case And(parts) | Or(parts):
            return [place for part in parts for place in _reasons(part, page, wanted=wanted)]
        case Not(part):
            return _reasons(part, page, wanted=not wanted)
        case Near():
            return _near(query, page)
        case _:
            return _places(query, page)


def _near(near: Near, page: _Page) -> list[Place]:
    """The places of either side that have one of the other side near enough."""
    left, right = _anywhere(near.left, page), _anywhere(near.right, page)
    return [
        *(one for one in left if any(apart(one, other) <= near.within for other in right)),
        *(one for one in right if any(apart(one, other) <= near.within for other in left)),
    ]


def _anywhere(side: Query, page: _Page) -> list[Place]:
    """All places of one side of a ``Near``."""
    if isinstance(side, Or):
        return [place for part in side.parts for place in _anywhere(part, page)]
    return [] if isinstance(side, And | Not | Near) else _places(side, page)


def apart(one: Place, other: Place) -> int:
    """How far two places are apart: 1 when adjacent, less when they share a word."""
    return max(one.first - other.after, other.first - one.after) + 1


def _places(term: Term, page: _Page) -> list[Place]:
    """Where ``term`` is found; any place at all means that it holds."""
    match term:
        case Word(text):
            if len(text) == 1 and is_unspaced(text):
                return _character(text, page)
            return _in_a_row(units(text), page)
        case Exact(text):
            return [place for token, place in page.of_kind("word") if token.exact == text]
        case Emoji(text):
            return [place for token, place in page.of_kind("emoji") if token.text == text]
        case Phrase(words):
            return _in_a_row([unit for word in words for unit in units(word)], page)
        case Prefix(text):
            return [place for token, place in page.of_kind("word") if token.text.startswith(text)]
        case Tag(name):
            return [place for token, place in page.of_kind("tag") if token.text == name]
        case Handle(name):
            handles = page.of_kind("handle")
            return [place for token, place in handles if name in handle_forms(token.text)]
        case Field() | Followers():
            return [_NOWHERE] if fact_holds(term, page.post) else []


def _in_a_row(row: list[str], page: _Page) -> list[Place]:
    line = page.line
    found: list[Place] = []
    for at in range(len(line) - len(row) + 1):
        part = line[at : at + len(row)]
        if all(
            token.kind == "word" and token.text == unit
            for (token, _), unit in zip(part, row, strict=True)
        ):
            first, last = part[0][1], part[-1][1]
            found.append(Place(first.start, last.end, first.first, last.after))
    return found


def _character(char: str, page: _Page) -> list[Place]:
    """A single character of an unspaced script is found inside the pairs the post is read by."""
    found: list[Place] = []
    for token, place in page.of_kind("word"):
        at = token.text.find(char)
        if at < 0:
            continue
        if token.end - token.start == len(token.text) == 2:
            start = token.start + at
            place = place._replace(start=start, end=start + 1)
        found.append(place)
    return found


def fact_holds(fact: Field | Followers, post: MatchablePost) -> bool:
    """Whether what is asked about the post as a whole is so."""
    if isinstance(fact, Followers):
        return post.followers is not None and post.followers >= fact.least
    value = fact.value
    match fact.name:
        case "from":
            return value in handle_forms(author_of(post))
        case "lang":
            return f"{lang_of(post)}-".startswith(f"{value}-")
        case "network":
            return normalise(post.network) == value
        case "url":
            words = link_words(value)
            return any(_has_in_a_row(link_words(link), words) for link in links_of(post))
        case "domain":
            return any(value in domains_of(link) for link in links_of(post))
        case "has":
            return value in things_of(post)
        case "is":
            return post.is_reply if value == "reply" else post.is_repost


def _has_in_a_row(words: tuple[str, ...], row: tuple[str, ...]) -> bool:
    last = len(words) - len(row)
    return any(words[at : at + len(row)] == row for at in range(last + 1))


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
