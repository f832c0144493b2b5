"""The plain form: many posts at once. For each key the posts that have it, so that what costs in
Python, meeting a watch, is done once for all of them, and the rest are intersections of sets.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias

from cornbread.listening.domain.matchable import MatchablePost
from cornbread.listening.domain.matching.reading import Leaf, Node, Numbers, Reading
from cornbread.listening.domain.matching.remembering import Remembered

#: Posts, and pieces of text, after which a batch ends. It may have a few less or more.
MOST_POSTS = 4096
MOST_PIECES = 200_000

#: A key with so many posts and more second keys than that: the posts are asked for theirs.
FEWER_POSTS = 4

_NOBODY: frozenset[int] = frozenset()
Posts: TypeAlias = set[int] | frozenset[int]


class _Lines(dict[int, str]):
    """The words of each post that is asked for its own, one character for each."""

    def __init__(self, remembered: Remembered, pieces: list[list[int]]) -> None:
        super().__init__()
        self.characters = remembered.characters.__getitem__
        self.pieces = pieces

    def __missing__(self, n: int) -> str:
        line = self[n] = "".join(map(self.characters, self.pieces[n]))
        return line


class Batch:
    """The posts from ``begin`` on, as many as are matched at once: up to ``end``."""

    def __init__(
        self,
        remembered: Remembered,
        texts: Sequence[str],
        posts: Sequence[MatchablePost] | None,
        begin: int,
    ) -> None:
        self.remembered = remembered
        self.texts = texts
        self.posts = posts
        self.begin = begin
        # By key the posts that have it.
        self.index: defaultdict[int, set[int]] = defaultdict(set)
        self.pieces: list[list[int]] = []
        self.lines = _Lines(remembered, self.pieces)
        self.keys: dict[int, set[int]] = {}
        self.readings: dict[int, Reading] = {}
        self.about = remembered.about_texts or (posts is not None and remembered.about_posts)
        self._read()
        if self.about:
            self._read_about()
        self.end = begin + len(self.pieces)
        # For each post the ids of watches; one may come several times.
        self.found: list[list[int]] = [[] for _ in self.pieces]

    def _read(self) -> None:
        remembered, index = self.remembered, self.index
        key_of = remembered.known.__getitem__
        size = 0
        for n, text in enumerate(islice(self.texts, self.begin, self.begin + MOST_POSTS)):
            pieces = list(map(key_of, text.split()))
            self.pieces.append(pieces)
            for key in pieces:
                index[key].add(n)
            size += len(pieces)
            # A memory that is full is begun anew with the next batch.
            if remembered.full or size > MOST_PIECES:
                break
        for key in [key for key in index if key < 0]:
            where = index.pop(key)
            for one in remembered.several[-key][0]:
                index[one] |= where

    def _read_about(self) -> None:
        for n in range(len(self.pieces)):
            for key in self._about(n):
                self.index[key].add(n)

    def _about(self, n: int) -> list[int]:
        vocabulary, at = self.remembered.vocabulary, self.begin + n
        if self.posts is None:
            return vocabulary.about_text(self.texts[at])
        return vocabulary.about(self.posts[at])

    def match(
        self, roots: list[Node], root_keys: set[int], ids_of: Mapping[Numbers, Sequence[int]]
    ) -> list[list[int]]:
        """For each post the ids of the watches that it matches, ascending."""
        index, found = self.index, self.found
        self.ids_of = ids_of
        for key in root_keys & index.keys():
            node, where = roots[key], index[key]
            if node.ids:
                ids = ids_of[node.ids]
                for n in where:
                    found[n] += ids
            if node.leaves is not None:
                self._find(node.leaves, where)
            if node.nexts:
                self._follow(node.nexts, where)
        return list(map(_ascending, found))

    def _follow(self, nexts: dict[int, Any], where: Posts) -> None:
        """What is filed under a second key as well."""
        index, found, ids_of = self.index, self.found, self.ids_of
        # What others add or take out meanwhile must not disturb the loop.
        pairs: Any = list(nexts.items())
        if len(where) * FEWER_POSTS < len(pairs):
            there = set().union(*map(self._keys, where))
            pairs = [(second, nexts.get(second)) for second in nexts.keys() & there]
        for second, child in pairs:
            also = index.get(second)
            if also is None or where.isdisjoint(also):
                continue
            kind = type(child)
            if kind is int or kind is str:
                ids = ids_of[child]
                for n in where & also:
                    found[n] += ids
            elif kind is tuple:
                self._decide(child[0], child[1], where & also)
            elif child is not None:
                self._collect(child, where & also)

    def _collect(self, node: Node, where: Posts) -> None:
        if node.ids:
            self._give(node.ids, where)
        for numbers, what in node.more or ():
            self._decide(numbers, what, where)
        if node.leaves is not None:
            self._find(node.leaves, where)

    def _give(self, numbers: Numbers, where: Iterable[int]) -> None:
        ids, found = self.ids_of[numbers], self.found
        for n in where:
            found[n] += ids

    def _find(self, leaves: list[Leaf], where: Posts) -> None:
        for leaf in leaves:
            if met := self._meeting(leaf, where):
                self._give(leaf.number, met)

    def _decide(self, numbers: Numbers, what: Any, where: Posts) -> None:
        """Watches that need words in a row, or more keys."""
        if type(what) is not str:
            self._give(numbers, self._having(what, where))
            return
        ids, found, lines = self.ids_of[numbers], self.found, self.lines
        for n in where:
            if what in lines[n]:
                found[n] += ids

    def _having(self, keys: tuple[int, ...], where: Posts) -> Posts:
        for key in keys:
            where = where & self.index.get(key, _NOBODY)
            if not where:
                break
        return where

    def _meeting(self, leaf: Leaf, where: Posts) -> Posts:
        """Those of the posts of which all holds that the leaf says."""
        index = self.index
        where = self._having(leaf.keys, where)
        for key in leaf.absent:
            if where and key in index:
                where = where - index[key]
        for group in leaf.groups:
            if where:
                where = where & _NOBODY.union(*(index.get(key, _NOBODY) for key in group))
        if not where or not (leaf.rows or leaf.absent_rows or leaf.checks):
            return where
        return {n for n in where if self._holds(leaf, n)}

    def _holds(self, leaf: Leaf, n: int) -> bool:
        line = self.lines[n]
        return (
            all(row in line for row in leaf.rows)
            and not any(row in line for row in leaf.absent_rows)
            and (not leaf.checks or all(check(self._reading(n)) for check in leaf.checks))
        )

    def _keys(self, n: int) -> set[int]:
        """The keys of a post."""
        keys = self.keys.get(n)
        if keys is None:
            keys = self.keys[n] = self.remembered.keys_of(self.pieces[n])
            if self.about:
                keys.update(self._about(n))
        return keys

    def _reading(self, n: int) -> Reading:
        """The post by itself, for what is no matter of sets."""
        reading = self.readings.get(n)
        if reading is None:
            keys = self._keys(n)
            at = self.begin + n
            post = None if self.posts is None else self.posts[at]
            reading = Reading(self.remembered, self.texts[at], post, keys, self.pieces[n])
            self.readings[n] = reading
        return reading


def _ascending(ids: list[int]) -> list[int]:
    """The same, each once."""
    return list(dict.fromkeys(sorted(ids))) if len(ids) > 1 else ids
