"""What somebody types to find messages again, and where the words stand in a text.

Words must all occur, ``"phrases"`` in this order, ``train*`` begins a word, ``-word`` must not
occur. Letters count without their case and accents; scripts written without spaces are read
character by character, so that every part of a sentence finds it. Anything may be typed.
"""

import re
import unicodedata
from dataclasses import dataclass

from cornbread.foundation.errors import Invalid
from cornbread.listening.domain.evaluation import Span

#: More conditions than anybody types; each costs a look into the index.
MOST_PARTS = 16
#: A shorter beginning would stand for half of all words.
SHORTEST_BEGINNING = 2
#: Of longer texts only the beginning is searched; the same holds in the database's own column.
LONGEST = 100_000

_PART = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile("[\u0300-\u036f]+")
# Scripts without spaces between words, as in domain.text; the database's own column has the same.
_ALONE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Part:
    """Neighbouring words, folded; of the last only the beginning if ``begins``."""

    words: tuple[str, ...]
    begins: bool = False
    without: bool = False

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Wording:
    """All parts of what was typed; at least one of them has to occur."""

    parts: tuple[Part, ...]

    @property
    def wanted(self) -> tuple[Part, ...]:
        """What has to occur."""
        return tuple(part for part in self.parts if not part.without)

    @property
    def unwanted(self) -> tuple[Part, ...]:
        """What must not occur."""
        return tuple(part for part in self.parts if part.without)

    def spans(self, text: str) -> tuple[Span, ...]:
        """Where the wanted words stand in a text, for marking them."""
        folded, places = _folded_with_places(text)
        return tuple(
            (places[match.start()], places[match.end() - 1] + 1)
            for part in self.wanted
            for match in _pattern(part).finditer(folded)
        )


def read(typed: str) -> Wording:
    """The parts of what was typed. Raises Invalid where nothing could be looked for."""
    parts = tuple(part for match in _PART.finditer(typed) for part in _parts(match))
    if len(parts) > MOST_PARTS:
        raise _wrong(f"These are more than {MOST_PARTS} words; leave some out.")
    if not parts:
        raise _wrong("There is no letter or digit here to search for.")
    if all(part.without for part in parts):
        raise _wrong("Name a word that has to occur as well.")
    if any(part.begins and len(part.words[-1]) < SHORTEST_BEGINNING for part in parts):
        raise _wrong("One letter begins too many words; give at least two before the *.")
    return Wording(parts)


def _parts(match: re.Match[str]) -> list[Part]:
    minus, phrase, word = match.groups()
    said = phrase if phrase is not None else word
    words = tuple(_WORD.findall(fold(said)))
    begins = phrase is None and said.endswith("*")
    return [Part(words, begins, bool(minus))] if words else []


def _wrong(message: str) -> Invalid:
    return Invalid(message, fields={"search": message})


def fold(text: str) -> str:
    """The letters that are compared: small, without accents, unspaced scripts spread out."""
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return _ALONE.sub(r" \g<0> ", unicodedata.normalize("NFC", bare)).lower()


def _pattern(part: Part) -> re.Pattern[str]:
    words = r"[\W_]+".join(map(re.escape, part.words))
    return re.compile(rf"(?<![^\W_]){words}" + ("" if part.begins else r"(?![^\W_])"))


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters which one of the text it came from."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    letters: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        folded = fold(char)
        letters.append(folded)
        places += [at] * len(folded)
    return "".join(letters), places
