"""The pieces of texts that were read, remembered by the key they have: words repeat."""

from typing import Any

from cornbread.listening.domain.keys import NOTHING, UNKNOWN, Vocabulary

#: Pieces of text whose keys are remembered.
MOST_REMEMBERED = 50_000
LONGEST_REMEMBERED = 40

# What may stand around a word without changing it.
_EDGES = "\"'.,;!?()[]{}<>*~&%$^|+=-_`"


class Remembered:
    """The key of each piece of text (without white space), for as long as the vocabulary stays
    what it is. A piece that has not just one gets a negative number, an index of ``several``.

    A changed vocabulary gets a new one, so that nothing outdated can find its way in.
    """

    def __init__(self, vocabulary: Vocabulary, *, learning: bool) -> None:
        """``learning`` makes ``known`` a dict that learns a piece when it is asked for one."""
        self.vocabulary = vocabulary
        self.known: dict[str, int] = _Learning(self) if learning else {}
        self.several: list[tuple[tuple[int, ...], str]] = [((), "")]
        self.characters: dict[int, str] = _Characters(self.several)
        self.size = vocabulary.size
        self.plain_words = not (vocabulary.prefix_lengths or vocabulary.has_exact)
        self.full = False
        self.about_texts = vocabulary.about_links
        self.about_posts = vocabulary.about_posts
        # Compiled: pages that rest between two batches, sized for this vocabulary, and its words.
        self.pages: list[Any] = []
        self.words: Any = None

    def learn(self, piece: str) -> int:
        """The key of a piece that is not known yet."""
        key = self.read(piece)
        if len(piece) <= LONGEST_REMEMBERED:
            self.known[piece] = key
        self.full = len(self.known) + len(self.several) > MOST_REMEMBERED
        return key

    def keys_of(self, pieces: list[int]) -> set[int]:
        """All keys of a text, by those of its pieces."""
        keys = set(pieces)
        if min(keys, default=0) < 0:
            for key in pieces:
                if key < 0:
                    keys.update(self.several[-key][0])
        return keys

    def read(self, piece: str) -> int:
        """Most pieces are one word and its punctuation; that is seen faster than it is read."""
        if self.plain_words and piece.isascii():
            word = piece.strip(_EDGES).lower()
            # What follows www. is a link.
            if word.isalnum() and word != "www":
                return self.vocabulary.ids.get(word, UNKNOWN)
        keys, words = self.vocabulary.read(piece)
        if len(keys) < 2 and len(words) < 2:
            key = keys[0] if keys else UNKNOWN if words else NOTHING
            # Odd keys stand in no order, even ones do.
            if len(words) != key & 1:
                return key
        self.several.append((tuple(keys), words))
        return 1 - len(self.several)


class _Characters(dict[int, str]):
    """The words of a piece by its key, a character each; plain texts are put together of them."""

    def __init__(self, several: list[tuple[tuple[int, ...], str]]) -> None:
        super().__init__()
        self.several = several

    def __missing__(self, key: int) -> str:
        # Odd keys stand in no order, even ones do.
        words = self.several[-key][1] if key < 0 else "" if key & 1 else chr(key >> 1)
        self[key] = words
        return words


class _Learning(dict[str, int]):
    """What is known, learning what is not: the plain form maps a text through it in one go."""

    def __init__(self, owner: Remembered) -> None:
        super().__init__()
        self.learn = owner.learn

    def __missing__(self, piece: str) -> int:
        return self.learn(piece)
