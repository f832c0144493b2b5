"""How common a key is among posts, as far as that can be known: it decides where to file."""

from collections.abc import Callable, Mapping

from cornbread.listening.domain.keys import kind_of

#: In how many of 1,000 English posts a word stands, about: the function words and the commonest
#: others. A wrong guess costs time, never a match.
_PER_THOUSAND: Mapping[int, str] = {
    400: "to the",
    300: "i a you",
    200: "and for on of is in my it",
    120: "me your that have flight with",
    80: "not this be just at was so we no get are but can do from i'm",
    50: "thanks now they all what will or how if up our an out when it's don't like one about",
    30: "been had has help would please need by has there time still as why go back know us am "
    "more good new day today got who make see want people their he she his her them were some "
    "love only after really can't did too over never off because any than then think here im",
}
_COMMON = {word: n / 1000 for n, words in _PER_THOUSAND.items() for word in words.split()}

#: A guess for what has no statistics.
_OF_KIND = {
    "lang": 0.5,
    "network": 0.9,
    "is": 0.2,
    "has": 0.2,
    "followers": 0.5,
    "url": 0.01,
    "domain": 0.01,
    "from": 1e-4,
    "handle": 1e-3,
    "tag": 1e-3,
    "emoji": 1e-3,
    "character": 0.02,
}


def commonness(
    frequencies: Mapping[str, float], share_of_watches: Callable[[str], float]
) -> Callable[[str], float]:
    """A function of a key that says in about which share of all posts it is found.

    ``frequencies`` are known shares, by key. What many watches ask for is taken to be talked
    about as much.
    """

    def estimate(key: str) -> float:
        known = frequencies.get(key)
        if known is not None:
            return known
        kind = kind_of(key)
        word = key.lstrip("=").rstrip("*").lower() if kind in ("exact", "prefix") else key
        known = frequencies.get(word, _COMMON.get(word)) if kind != "word" else _COMMON.get(key)
        guess = _OF_KIND.get(kind) or 0.01 / len(word)
        if kind == "prefix":
            guess *= 4
        return max(guess if known is None else known, share_of_watches(key))

    return estimate
