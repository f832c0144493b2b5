"""How common words are in what a brand hears: worked out from a sample, and guessed where that
says little."""

from collections import Counter
from collections.abc import Iterable

from cornbread.listening.domain.text import (
    handle_forms,
    is_unspaced,
    normalise,
    scan,
    tag_words,
    units,
)

#: A guess counts as much as so many posts of the sample.
_GUESS_WEIGHS = 20


class Sample:
    """In how many posts each word stands, and each ``#tag`` and ``@handle``."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.posts = 0
        self._counts: Counter[str] = Counter()
        for text in texts:
            self.posts += 1
            self._counts.update(_names(text))

    def share(self, name: str, guess: float) -> float:
        """The part of all posts that has this, 0 to 1; ``guess`` is what it is without a sample."""
        return self._smoothed(self._counts[name], guess)

    def share_beginning(self, start: str, guess: float) -> float:
        """The same for a word that begins so."""
        if not self.posts:
            return guess
        found = sum(n for name, n in self._counts.items() if name.startswith(start))
        return self._smoothed(min(found, self.posts), guess)

    def _smoothed(self, count: int, guess: float) -> float:
        return (count + _GUESS_WEIGHS * guess) / (self.posts + _GUESS_WEIGHS)


class Heard:
    """What a brand hears: posts that it keeps, ``kept_share`` of all, and others.

    They are told apart because a brand keeps what speaks of it: its name is in nearly all that is
    kept, and in next to nothing of all that is heard.
    """

    def __init__(
        self, kept: Iterable[str] = (), others: Iterable[str] = (), kept_share: float = 1.0
    ) -> None:
        self._strata = [(kept_share, Sample(kept)), (1 - kept_share, Sample(others))]

    def share(self, name: str, guess: float) -> float:
        """The part of all posts that has this word, ``#tag`` or ``@handle``."""
        return sum(weight * sample.share(name, guess) for weight, sample in self._strata)

    def share_beginning(self, start: str, guess: float) -> float:
        """The part that has a word which begins so."""
        return sum(weight * sample.share_beginning(start, guess) for weight, sample in self._strata)


NOTHING = Heard()
"""Nothing was heard yet: guesses are all there is."""


def _names(text: str) -> set[str]:
    found: set[str] = set()
    for token in scan(normalise(text)):
        if token[0] == "#":
            name = token[1:].lstrip("_")
            found.add(f"#{name}")
            for word in tag_words(name):
                found.update(units(word))
        elif token[0] == "@":
            found.update(f"@{form}" for form in handle_forms(token[1:]))
        elif is_unspaced(token):
            found.update(units(token))
        else:
            found.add(token)
    return found
