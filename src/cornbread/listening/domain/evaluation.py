"""Does a query hold of a post, and where: the plain definition that every matcher must equal.

It reads the post anew for each question, so it suits one post or one preview; streams of posts
go through ``matching.Matcher``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from cornbread.listening.domain.query import (
    And,
    Field,
    Handle,
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
    Token,
    handle_forms,
    is_unspaced,
    locate,
    normalise,
    units,
)

Span: TypeAlias = tuple[int, int]

# A field says something of the whole post: it holds, at no place in the text.
_NOWHERE: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class MatchablePost:
    """What of a post a query can ask about, as plain values.

    ``author`` is the account's handle with or without the leading @ and host, ``lang`` an
    IETF tag such as ``en`` or ``pt-BR``, ``network`` the kind of network.
    """

    text: str
    author: str = ""
    lang: str | None = None
    network: str = ""


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
    return _merged(span for span in _reasons(query, page, wanted=True) if span != _NOWHERE)


class _Page:
    """A post as it is searched: its located tokens, and those a phrase may run over."""

    def __init__(self, post: MatchablePost) -> None:
        self.post = post
        self.tokens = locate(post.text)
        self.line = [token for token in self.tokens if token.kind != "tag"]
        self.words = [token for token in self.tokens if token.kind == "word"]


def _holds(query: Query, page: _Page) -> bool:
    match query:
        case And(parts):
            return all(_holds(part, page) for part in parts)
        case Or(parts):
            return any(_holds(part, page) for part in parts)
        case Not(part):
            return not _holds(part, page)
        case _:
            return bool(_places(query, page))


def _reasons(query: Query, page: _Page, *, wanted: bool) -> list[Span]:
    """The places of the terms that made ``query`` come out as ``wanted``."""
    if _holds(query, page) is not wanted:
        return []
    match query:
        case And(parts) | Or(parts):
            return [span for part in parts for span in _reasons(part, page, wanted=wanted)]
        case Not(part):
            return _reasons(part, page, wanted=not wanted)
        case _:
            return _places(query, page)


def _places(term: Term, page: _Page) -> list[Span]:
    """Where ``term`` is found; any place at all means that it holds."""
    match term:
        case Word(text):
            if len(text) == 1 and is_unspaced(text):
                return _character(text, page)
            return _in_a_row(units(text), page)
        case Phrase(words):
            return _in_a_row([unit for word in words for unit in units(word)], page)
        case Prefix(text):
            return _spans(token for token in page.words if token.text.startswith(text))
        case Tag(name):
            return _spans(t for t in page.tokens if t.kind == "tag" and t.text == name)
        case Handle(name):
            handles = (token for token in page.tokens if token.kind == "handle")
            return _spans(token for token in handles if name in handle_forms(token.text))
        case Field():
            return [_NOWHERE] if _field_holds(term, page.post) else []


def _in_a_row(row: list[str], page: _Page) -> list[Span]:
    line = page.line
    found: list[Span] = []
    for at in range(len(line) - len(row) + 1):
        part = line[at : at + len(row)]
        if all(
            token.kind == "word" and token.text == unit
            for token, unit in zip(part, row, strict=True)
        ):
            found.append((part[0].start, part[-1].end))
    return found


def _character(char: str, page: _Page) -> list[Span]:
    """A single character of an unspaced script is found inside the pairs the post is read by."""
    found: list[Span] = []
    for token in page.words:
        at = token.text.find(char)
        if at < 0:
            continue
        if token.end - token.start == len(token.text) == 2:
            found.append((token.start + at, token.start + at + 1))
        else:
            found.append((token.start, token.end))
    return found


def _field_holds(field: Field, post: MatchablePost) -> bool:
    match field.name:
        case "from":
            return field.value in handle_forms(author_of(post))
        case "lang":
            return f"{lang_of(post)}-".startswith(f"{field.value}-")
        case "network":
            return normalise(post.network) == field.value


def author_of(post: MatchablePost) -> str:
    """The author's handle as queries hold it."""
    return normalise(post.author).strip().removeprefix("@")


def lang_of(post: MatchablePost) -> str:
    """The language tag as queries hold it; empty when unknown."""
    return normalise(post.lang or "").replace("_", "-")


def _spans(tokens: Iterable[Token]) -> list[Span]:
    return [(token.start, token.end) for token in tokens]


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
