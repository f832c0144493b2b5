"""Dictionaries that come with the product, and their small mercies.

The word lists are constants of an installed package, read once per language and process.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from spellchecker import SpellChecker

from cornbread.outbound.domain.spelling import Dictionary

LANGUAGES = frozenset({"de", "en", "fr", "it", "nl", "pt"})
"""Not Spanish and Russian: those lists lack most inflected forms ("están", "заказа"), so that
every third word of good text would be marked."""

_TRADE = frozenset(
    """
    app apps chatbot chatbots checkout cornbread dm dms emoji emojis faq faqs hashtag hashtags
    inbox login logins online refund signup timeline toot toots tweet tweets url urls voucher
    webpage website websites wifi wi fi
    """.split()  # noqa: SIM905
)

_Forms = tuple[tuple[re.Pattern[str], str], ...]

#: Ways to turn a good word that a list lacks into one that it has.
_OTHER_FORMS: Mapping[str, _Forms] = {
    # British spellings; the list is American.
    "en": (
        (re.compile(r"our"), "or"),
        (re.compile(r"is(?=e|ing|ation|er)"), "iz"),
        (re.compile(r"ys(?=e|ing)"), "yz"),
        (re.compile(r"re\b"), "er"),
        (re.compile(r"ll(?=ed|ing|er)"), "l"),
        (re.compile(r"ogue"), "og"),
        (re.compile(r"[ao]e"), "e"),
        (re.compile(r"ence\b"), "ense"),
        (re.compile(r"amme\b"), "am"),
    ),
    # The first part of "lorsqu'il" and "quest'anno" has lost its last letter.
    "fr": ((re.compile(r"\Z"), "e"), (re.compile(r"\Z"), "a")),
    "it": (
        *((re.compile(r"\Z"), vowel) for vowel in "aeio"),
        # "inviarci", "contattateci"
        (re.compile(r"(?:gli|[mtcvs]i|l[aeio]|ne)\Z"), "e"),
        (re.compile(r"(?:gli|[mtcvs]i|l[aeio]|ne)\Z"), ""),
    ),
}
#: Two words may be written as one.
_COMPOUNDING = frozenset({"de", "nl"})
_SHORTEST_PART = 4


class WordList:
    """A word list of one language with edits of one letter as suggestions."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._list = SpellChecker(language=lang, distance=1)

    def knows(self, word: str, /) -> bool:
        """In the list, of the trade, or a spelling that the list has in another form."""
        return word in _TRADE or word in self._list or self._in_another_form(word)

    def suggest(self, word: str, /) -> Sequence[str]:
        """The three likeliest words that are one letter away."""
        similar = (self._list.candidates(word) or set()) - {word}
        return sorted(similar, key=lambda other: (-self._list[other], other))[:3]

    def _in_another_form(self, word: str) -> bool:
        forms = _OTHER_FORMS.get(self._lang, ())
        if any(pattern.sub(to, word) in self._list for pattern, to in forms):
            return True
        splits = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
        return self._lang in _COMPOUNDING and any(
            word[:split] in self._list and word[split:] in self._list for split in splits
        )


@lru_cache(maxsize=len(LANGUAGES))
def _word_list(lang: str) -> WordList:
    return WordList(lang)


def dictionary_for(lang: str | None) -> Dictionary | None:
    """The dictionary of a language tag such as "en" or "de-AT"; None where there is none."""
    primary = re.split(r"[-_]", (lang or "").lower())[0]
    return _word_list(primary) if primary in LANGUAGES else None
