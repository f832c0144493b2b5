"""Watches made of the words of real posts, in the mix that listening tools see."""

import random
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate

from cornbread.listening.domain.text import tokens

#: Nobody listens for the commonest words by themselves.
COMMONEST = 100


class Words:
    """The words, tags and phrases of posts, drawn by Zipf's law: the n-th commonest with a weight
    of 1 / (n + 10) ** ``skew``."""

    def __init__(self, texts: Sequence[str], skew: float, seed: int) -> None:
        self.chance = random.Random(seed)
        read = [tokens(text) for text in texts]
        counted = Counter(token for found in read for token in found)
        ranked = [token for token, _ in counted.most_common() if token != "://"]
        words = [token for token in ranked if token.isalpha() and len(token) > 2]
        common = set(words[:COMMONEST])
        self.word = self._drawn(words[COMMONEST:], skew)
        self.name = self._drawn([token for token in ranked if token[0] in "#@"], skew)
        phrases: Counter[str] = Counter()
        for found in read:
            for length in (2, 3):
                rows = zip(*(found[at:] for at in range(length)), strict=False)
                for row in rows:
                    if all(word.isalnum() for word in row) and not common.issuperset(row):
                        phrases[" ".join(row)] += 1
        self.phrase = self._drawn([phrase for phrase, _ in phrases.most_common()], skew)

    def _drawn(self, ranked: list[str], skew: float) -> Callable[[], str]:
        weights = list(accumulate((rank + 10) ** -skew for rank in range(len(ranked))))
        return lambda: ranked[bisect(weights, self.chance.random() * weights[-1])]


def watches(texts: Sequence[str], n: int, skew: float = 0.7, seed: int = 3) -> dict[int, str]:
    """``n`` queries by id: 60 % two to four words with AND and OR, 20 % phrases, 10 % tags and
    handles, 10 % with NOT or fields."""
    words = Words(texts, skew, seed)
    return {number: _query(words, words.chance) for number in range(1, n + 1)}


def _query(words: Words, chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.6:
        terms = [words.word() for _ in range(chance.randint(2, 4))]
        form = chance.random()
        if form < 0.6:
            return " ".join(terms)
        if form < 0.8:
            return " OR ".join(terms)
        return f"({terms[0]} OR {terms[1]}) {' '.join(terms[2:] or [words.word()])}"
    if kind < 0.8:
        return f'"{words.phrase()}"'
    if kind < 0.9:
        return words.name()
    first, second, third = words.word(), words.word(), words.word()
    return chance.choice(
        [
            f"{first} {second} -{third}",
            f"{first} NOT ({second} OR {third})",
            f"{first} {second} lang:en",
            f"{first} -from:{second}",
        ]
    )
