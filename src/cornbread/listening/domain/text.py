"""What counts as a word, a tag and a handle: the one reading of text that queries and posts share.

A word is a maximal run of letters and digits with inner apostrophes, in NFKC form and case-folded.
Accents are kept as written. Scripts written without spaces (Chinese, Japanese, Korean, Thai, Lao,
Khmer, Burmese) are read by pairs of neighbouring characters. docs/query-language.md has it all.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

TokenKind = Literal["word", "tag", "handle", "break"]

BREAK = "://"
"""Stands in a token list where a link was: nothing is adjacent across it."""

# Scripts that put no spaces between words (the assigned blocks up to plane 3).
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)


def _combining_marks() -> str:
    """Accents and vowel signs as ranges of a character class; they continue a word, as in Hindi.

    Variation selectors are left out: they only choose how an emoji is drawn.
    """
    marks = [c for c in range(0x300, 0x1F000) if unicodedata.category(chr(c)) in ("Mn", "Mc")]
    ranges: list[list[int]] = []
    for code in marks:
        if 0xFE00 <= code <= 0xFE0F:
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_MARKS = _combining_marks()

_LINK = re.compile(rf"(?:https?://|\bwww\.)[^\s<>\"{_UNSPACED}]+")
_ASCII_TOKEN = re.compile(
    r"[a-z0-9]+(?:'[a-z0-9]+)*"
    r"|#_*[a-z0-9]\w*"
    r"|(?<![a-z0-9_])@[a-z0-9_]+(?:[.-][a-z0-9_]+)*(?:@[a-z0-9_]+(?:[.-][a-z0-9_]+)*)?"
    r"|://"
)
# A handle ends where an unspaced script begins (Japanese: "@bartさん").
_NAME = rf"(?:(?![{_UNSPACED}])\w)+"
_HOST = rf"{_NAME}(?:[.-]{_NAME})*"
_RUN = rf"[^\W_]+(?:[{_MARKS}]+[^\W_]*)*"
_TOKEN = re.compile(
    rf"{_RUN}(?:'{_RUN})*"
    rf"|#_*[^\W_]\w*(?:[{_MARKS}]+\w*)*"
    rf"|(?<![a-z0-9_])@{_HOST}(?:@{_HOST})?"
    rf"|://"
)
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_PIECE = re.compile(f"[{_UNSPACED}][{_UNSPACED}{_MARKS}]*|[^{_UNSPACED}]+")
_WORDS_OF_TAG = re.compile(_RUN)
_HANDLE_NAME = re.compile(r"\w+")

# "Brand™" is the word "brand"; NFKC alone would make it "brandtm".
_TRADE_MARKS = ("™", "℠")


def normalise(text: str) -> str:
    """NFKC, case-folded, typographic apostrophes as '. Applying it twice changes nothing more."""
    if text.isascii():
        return text.lower()
    for mark in _TRADE_MARKS:
        text = text.replace(mark, " ")
    folded = unicodedata.normalize("NFKC", text).casefold()
    # Folding can undo composition (ΐ), so compose once more; this is cheap when nothing changed.
    return unicodedata.normalize("NFKC", folded).replace("’", "'").replace("ʼ", "'")


def tokens(text: str) -> list[str]:
    """The tokens of ``text`` in order: words bare, tags as ``#tag``, handles as ``@handle``,
    and ``BREAK`` where a link stood. A run of an unspaced script is one word here."""
    return _scan(normalise(text))


def _scan(text: str) -> list[str]:
    if BREAK in text or "www." in text:
        text = _LINK.sub(_blank, text)
    if text.isascii():
        return _ASCII_TOKEN.findall(text)
    found: list[str] = _TOKEN.findall(text)
    if not _HAS_UNSPACED.search(text):
        return found
    return [piece for token in found for piece in _pieces(token)]


def _blank(link: re.Match[str]) -> str:
    """The same length, so that offsets stay true."""
    return BREAK.ljust(link.end() - link.start())


def _pieces(token: str) -> Iterator[str]:
    """``JR東日本`` is the words ``jr`` and ``東日本``; tags and handles stay whole."""
    if token[0] in "#@:":
        yield token
        return
    for piece in _PIECE.findall(token):
        if piece := piece.strip("'"):
            yield piece


def is_unspaced(word: str) -> bool:
    """Whether ``word`` is of a script written without spaces."""
    return not word.isascii() and _HAS_UNSPACED.match(word) is not None


def units(word: str) -> list[str]:
    """What stands for ``word`` in a sequence: itself, or its character pairs if it is unspaced."""
    if len(word) < 3 or not is_unspaced(word):
        return [word]
    return [word[i : i + 2] for i in range(len(word) - 1)]


def tag_words(name: str) -> list[str]:
    """The words a tag counts as: ``bart`` is itself, ``wi_fi`` is ``wi`` and ``fi``."""
    if name.isascii() and name.isalnum():
        return [name]
    return [piece for run in _WORDS_OF_TAG.findall(name) for piece in _pieces(run)]


@lru_cache(maxsize=8192)
def handle_forms(handle: str) -> frozenset[str]:
    """Every name that finds ``handle`` (normalised, no leading @): the whole, the part before its
    host, and the part before the first dot or hyphen, since ``@bart.Thanks`` is often a typo."""
    name = _HANDLE_NAME.match(handle)
    forms = {handle, handle.partition("@")[0], name.group() if name else ""}
    return frozenset(forms - {""})


@dataclass(frozen=True, slots=True)
class Token:
    """One token with its place in the original text; ``text`` has no leading # or @."""

    kind: TokenKind
    text: str
    start: int
    end: int


def locate(text: str) -> list[Token]:
    """What ``tokens`` finds, with offsets in the text as it was written, although normalising
    changes lengths. Words come as their units, and after a tag follow the words it counts as."""
    norm, starts, ends = _normalise_with_offsets(text)
    blanked = _LINK.sub(_blank, norm)
    located: list[Token] = []
    end = 0
    for token in _scan(norm):
        at = blanked.index(token, end)
        end = at + len(token)
        whole = starts[at], ends[end - 1]
        if token == BREAK:
            link = _LINK.match(norm, at)
            end = link.end() if link else end
            located.append(Token("break", norm[at:end], starts[at], ends[end - 1]))
        elif token[0] == "@":
            located.append(Token("handle", token[1:], *whole))
        elif token[0] == "#":
            located.append(Token("tag", token[1:], *whole))
            tagged = (unit for word in tag_words(token[1:]) for unit in units(word))
            located.extend(Token("word", unit, *whole) for unit in tagged)
        else:
            for i, unit in enumerate(units(token), start=at):
                located.append(Token("word", unit, starts[i], ends[i + len(unit) - 1]))
    return located


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
