"""What counts as a word, tag, handle and emoji: the one reading of text of queries and posts.

A word is a maximal run of letters and digits with inner apostrophes, in NFKC form and case-folded.
Accents are kept as written. Scripts written without spaces (Chinese, Japanese, Korean, Thai, Lao,
Khmer, Burmese) are read by pairs of neighbouring characters. docs/query-language.md has it all.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from cornbread.listening.domain.emoji import EMOJI, emoji_name

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

LINK = re.compile(rf"(?:https?://|\bwww\.)[^\s<>\"{_UNSPACED}]+")
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

# Also the emoji ❓ and ❔. NFKC makes an ordinary semicolon of the Greek one (U+037E).
_QUESTION = re.compile("[?¿؟՞፧⳺⳻⸮꘏꛷‽❓❔\U00011143]")

# "Brand™" is the word "brand"; NFKC alone would make it "brandtm".
_TRADE_MARKS = ("™", "℠")


def normalise(text: str) -> str:
    """NFKC, case-folded, typographic apostrophes as '. Applying it twice changes nothing more."""
    if text.isascii():
        return text.lower()
    folded = _composed(text).casefold()
    # Folding can undo composition (ΐ), so compose once more; this is cheap when nothing changed.
    return unicodedata.normalize("NFKC", folded).replace("’", "'").replace("ʼ", "'")


def _composed(text: str) -> str:
    for mark in _TRADE_MARKS:
        text = text.replace(mark, " ")
    return unicodedata.normalize("NFKC", text)


def as_written(text: str) -> str:
    """The text in NFKC form with its capitals: the form in which ``=BART`` compares words."""
    return text if text.isascii() else _composed(text).replace("’", "'").replace("ʼ", "'")


def tokens(text: str) -> list[str]:
    """The tokens of ``text`` in order: words bare, tags as ``#tag``, handles as ``@handle``,
    and ``BREAK`` where a link stood. A run of an unspaced script is one word here."""
    return scan(normalise(text))


def scan(text: str) -> list[str]:
    """``tokens`` of normalised text."""
    text = without_links(text)
    if text.isascii():
        return _ASCII_TOKEN.findall(text)
    found: list[str] = _TOKEN.findall(text)
    if not _HAS_UNSPACED.search(text):
        return found
    return [piece for token in found for piece in _pieces(token)]


def without_links(text: str) -> str:
    """Normalised text with ``BREAK`` and spaces in place of its links."""
    return LINK.sub(_blank, text) if BREAK in text or "www." in text else text


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


def emoji(text: str) -> list[str]:
    """The emoji of ``text`` outside its links, in order."""
    if text.isascii():
        return []
    return [emoji_name(one) for one in EMOJI.findall(without_links(normalise(text)))]


def links(text: str) -> list[str]:
    """The addresses in ``text``, normalised."""
    text = normalise(text)
    return LINK.findall(text) if BREAK in text or "www." in text else []


def asks(text: str) -> bool:
    """Whether there is a question mark, of whatever script, outside the links of ``text``."""
    return "\u037e" in text or _QUESTION.search(without_links(normalise(text))) is not None


@lru_cache(maxsize=8192)
def handle_forms(handle: str) -> frozenset[str]:
    """Every name that finds ``handle`` (normalised, no leading @): the whole, the part before its
    host, and the part before the first dot or hyphen, since ``@bart.Thanks`` is often a typo."""
    name = _HANDLE_NAME.match(handle)
    forms = {handle, handle.partition("@")[0], name.group() if name else ""}
    return frozenset(forms - {""})
