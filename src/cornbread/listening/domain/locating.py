"""Where in a text its tokens stand: ``text.tokens`` with offsets, for marking and the evaluator."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cornbread.listening.domain.emoji import EMOJI, emoji_name
from cornbread.listening.domain.text import (
    BREAK,
    LINK,
    as_written,
    normalise,
    scan,
    tag_words,
    units,
    without_links,
)

TokenKind = Literal["word", "tag", "handle", "break", "emoji"]


@dataclass(frozen=True, slots=True)
class Token:
    """One token with its place in the original text; ``text`` has no leading # or @.

    ``exact`` is a word as it was written, capitals included.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    exact: str = ""


def locate(text: str) -> list[Token]:
    """What ``tokens`` finds and the emoji between, with offsets in the text as it was written,
    although normalising changes lengths. Words come as their units, and after a tag follow the
    words it counts as."""
    source = _Source(text)
    located: list[Token] = []
    pictures = EMOJI.finditer(source.blanked)
    picture = next(pictures, None)
    end = 0
    for token in scan(source.norm):
        at = source.blanked.index(token, end)
        while picture and picture.start() < at:
            located.append(source.token("emoji", emoji_name(picture.group()), *picture.span()))
            picture = next(pictures, None)
        end = at + len(token)
        located.extend(source.read(token, at))
    while picture:
        located.append(source.token("emoji", emoji_name(picture.group()), *picture.span()))
        picture = next(pictures, None)
    return located


class _Source:
    """A text and its normalised form, with the way back."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.norm, self.starts, self.ends = _normalise_with_offsets(text)
        self.blanked = without_links(self.norm)

    def token(self, kind: TokenKind, text: str, at: int, end: int, exact: str = "") -> Token:
        return Token(kind, text, self.starts[at], self.ends[end - 1], exact)

    def read(self, token: str, at: int) -> Iterator[Token]:
        """What the token at ``at`` of the normalised text stands for."""
        end = at + len(token)
        if token == BREAK:
            link = LINK.match(self.norm, at)
            end = link.end() if link else end
            yield self.token("break", self.norm[at:end], at, end)
        elif token[0] == "@":
            yield self.token("handle", token[1:], at, end)
        elif token[0] == "#":
            yield self.token("tag", token[1:], at, end)
            begin = at + 1
            for word in tag_words(token[1:]):
                begin = self.norm.index(word, begin)
                for i, unit in enumerate(units(word), start=begin):
                    yield self.token("word", unit, at, end, self.exact(unit, i))
                begin += len(word)
        else:
            for i, unit in enumerate(units(token), start=at):
                yield self.token("word", unit, i, i + len(unit), self.exact(unit, i))

    def exact(self, word: str, at: int) -> str:
        """The word as written; folded where its letters cannot be told from their neighbours."""
        written = as_written(self.text[self.starts[at] : self.ends[at + len(word) - 1]])
        return written if normalise(written) == word else word


def _normalise_with_offsets(text: str) -> tuple[str, list[int], list[int]]:
    """The normalised text, and for each of its characters where its source starts and ends."""
    if text.isascii():
        return text.lower(), list(range(len(text))), list(range(1, len(text) + 1))
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    begin = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _joins_the_one_before(text[end]):
            continue
        part = normalise(text[begin:end])
        parts.append(part)
        starts += [begin] * len(part)
        ends += [end] * len(part)
        begin = end
    return "".join(parts), starts, ends


def _joins_the_one_before(char: str) -> bool:
    """Whether composition may merge ``char`` into what precedes (marks, Hangul vowels, finals)."""
    if char.isascii():
        return False
    first = unicodedata.normalize("NFKD", char)[:1]
    return unicodedata.category(first)[0] == "M" or "\u1160" <= first <= "\u11ff"
