"""Which posts say the same: copies word for word, and copies with a few words changed.

Two posts are alike when, without links, handles, digits and signs,

- they have the same words (fewer than ``FEW`` words only together with the same link, so that a
  hundred times "thanks!" is no wave), or
- the sets of their words and pairs of neighbouring words overlap by ``LEAST`` (Jaccard).

Candidates for the second come from MinHash sketches in bands (locality-sensitive hashing): pairs
that overlap by 0.7 share a band with 96 % probability, by 0.8 with 99.8 %; each is then verified
exactly. Whether two texts share a band depends on nothing but the two texts, so the order in
which posts come makes no difference.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise

import rensa

from cornbread.listening.domain.addresses import addresses_of
from cornbread.listening.domain.text import is_unspaced, units

#: Fewer words than this are no sign of a wave by themselves.
FEW = 5
#: The overlap from which on two texts are alike.
LEAST = 0.7
#: How far apart alike posts may be posted, in seconds.
WINDOW_S = 48 * 3600
#: Different texts that are remembered; of more, those heard longest ago are forgotten.
MOST = 50_000
#: Candidates looked at for one text. Only texts with hundreds of half-alike ones reach it.
CANDIDATES = 50

_PERMUTATIONS, _BANDS, _SEED = 48, 12, 7
_LEFT_OUT = re.compile(r"(?:https?://|www\.)\S+|[@＠]\w[\w.@-]*|&\w+;")


class _Letters(dict[int, int | None]):
    """For ``str.translate``: letters stay, apostrophes go, all else is a space."""

    def __missing__(self, code: int) -> int | None:
        sign = chr(code)
        self[code] = code if sign.isalpha() else None if sign in "'’" else 32
        return self[code]


_letters = _Letters()


def plain_words(text: str) -> list[str]:
    """The words that count; unspaced scripts by pairs of characters."""
    text = text.casefold()
    if "://" in text or "@" in text or "&" in text or "www." in text or "＠" in text:
        text = _LEFT_OUT.sub(" ", text)
    words = text.translate(_letters).split()
    if text.isascii():
        return words
    return [unit for word in words for unit in (units(word) if is_unspaced(word) else (word,))]


def key_of(text: str, links: Sequence[str]) -> str:
    """What exact copies have in common; empty for a post that is alike with nothing."""
    words = plain_words(text)
    said = " ".join(words)
    if len(words) >= FEW:
        return said
    leads_to = addresses_of(text, links)
    return f"{said}\n{min(leads_to)}" if leads_to else ""


def overlap(one: str, other: str) -> float:
    """Jaccard similarity of two keys, from 0 to 1."""
    return _overlap(_features(one), _features(other))


def _overlap(first: set[str], second: set[str]) -> float:
    both = len(first & second)
    return both / (len(first) + len(second) - both or 1)


def _features(key: str) -> set[str]:
    words = key.split()
    return {*words, *map(" ".join, pairwise(words))}


class _Known:
    """A text, two of the posts that said it, and from when to when it was posted."""

    __slots__ = ("first", "key", "last", "other", "post", "size")

    def __init__(self, key: str, post: int, at: float) -> None:
        self.key, self.post = key, post
        #: How many features its text has.
        self.size = 0
        self.other: int | None = None
        self.first = self.last = at

    def near(self, at: float) -> bool:
        """Whether a post of this moment is of the same days."""
        return self.first - WINDOW_S <= at <= self.last + WINDOW_S

    def seen(self, post: int, at: float) -> None:
        """Another post of the same words, or the same one again."""
        self.first, self.last = min(self.first, at), max(self.last, at)
        if self.other is None and post != self.post:
            self.other = post


class Copies:
    """What was said lately. Bounded: about 1.5 KB for each of at most ``most`` texts."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._slots: OrderedDict[int, _Known] = OrderedDict()
        self._by_key: dict[str, int] = {}
        self._near = rensa.RMinHashLSH(LEAST, _PERMUTATIONS, _BANDS)
        self._next = 0

    def __len__(self) -> int:
        return len(self._slots)

    def add(self, post: int, text: str, links: Sequence[str], at: float) -> list[int]:
        """Remember a post (by a number, posted at a UNIX time); return posts it is alike with.

        One post stands for all that said the very same. The same post may be added again.
        """
        key = key_of(text, links)
        if not key:
            return []
        slot = self._by_key.get(key)
        known = self._slots[slot] if slot is not None else None
        if slot is not None and known is not None and known.near(at):
            self._slots.move_to_end(slot)
            known.seen(post, at)
            if known.post != post:
                return [known.post]
            copies = [known.other] if known.other is not None else []
            return copies + self._neighbours(key, slot, at)
        if slot is not None:
            self._forget(slot)
        return self._remember(_Known(key, post, at))

    def _remember(self, known: _Known) -> list[int]:
        slot, self._next = self._next, self._next + 1
        self._slots[slot] = known
        self._by_key[known.key] = slot
        found: list[int] = []
        if "\n" not in known.key:
            features = _features(known.key)
            known.size = len(features)
            sketch = _sketch(features)
            found = self._verified(self._near.query(sketch), features, slot, known.first)
            self._near.insert(slot, sketch)
        while len(self._slots) > self._most:
            self._forget(next(iter(self._slots)))
        return found

    def _neighbours(self, key: str, slot: int, at: float) -> list[int]:
        if "\n" in key:
            return []
        features = _features(key)
        return self._verified(self._near.query(_sketch(features)), features, slot, at)

    def _verified(self, slots: Sequence[int], features: set[str], own: int, at: float) -> list[int]:
        # Sets of too different sizes cannot overlap so far, whatever is in them.
        least, most = LEAST * len(features), len(features) / LEAST
        candidates = sorted((slot for slot in slots if slot != own), reverse=True)[:CANDIDATES]
        found = []
        for slot in candidates:
            known = self._slots[slot]
            if not least <= known.size <= most or not known.near(at):
                continue
            if _overlap(features, _features(known.key)) >= LEAST:
                found.append(known.post)
        return found

    def _forget(self, slot: int) -> None:
        known = self._slots.pop(slot)
        del self._by_key[known.key]
        self._near.remove(slot)


def _sketch(features: set[str]) -> rensa.RMinHash:
    sketch = rensa.RMinHash(_PERMUTATIONS, _SEED)
    sketch.update(list(features))
    return sketch


def united(pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The groups that pairs of numbers make, each sorted, by their smallest number."""
    leader: dict[int, int] = {}

    def find(one: int) -> int:
        top = one
        while leader.setdefault(top, top) != top:
            top = leader[top]
        while leader[one] != top:
            leader[one], one = top, leader[one]
        return top

    for one, other in pairs:
        first, second = sorted((find(one), find(other)))
        leader[second] = first
    groups: dict[int, list[int]] = {}
    for one in sorted(leader):
        groups.setdefault(find(one), []).append(one)
    return [groups[top] for top in sorted(groups)]
