"""The plain form: many posts at once. For each key the posts that have it, so that what costs in
Python, meeting a watch, is done once for all of them, and the rest are intersections of sets.
"""

from collections.abc import Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, TypeAlias

from cornbread.listening.domain.matchable import MatchablePost
from cornbread.listening.domain.matching.reading import Leaf, Node, Reading
from cornbread.listening.domain.matching.remembering import Remembered

#: Posts, and pieces of text, after which a batch ends. It may have a few less or more.
MOST_POSTS = 4096
MOST_PIECES = 200_000

_NOBODY: frozenset[int] = frozenset()
Posts: TypeAlias = set[int] | frozenset[int]


class _Index(dict[int, set[int]]):
    """The posts of a batch by their keys."""

    def __missing__(self, key: int) -> set[int]:
        posts = self[key] = set()
        return posts


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
        self.index = _Index()
        self.pieces: list[list[int]] = []
        self.lines: dict[int, str] = {}
        self.readings: dict[int, Reading] = {}
        self.about = remembered.about_texts or (posts is not None and remembered.about_posts)
        self._read()
        if self.about:
            self._read_about()
        # Watches with posts that match them; a watch may come several times.
        self.hits: list[tuple[int, Posts]] = []
        self.end = begin + len(self.pieces)

    def _read(self) -> None:
        remembered, index = self.remembered, self.index
        key_of, several = remembered.known.__getitem__, remembered.several
        size = 0
        for n, text in enumerate(islice(self.texts, self.begin, self.begin + MOST_POSTS)):
            pieces = list(map(key_of, text.split()))
            self.pieces.append(pieces)
            for key in pieces:
                if key > 1:
                    index[key].add(n)
                elif key < 0:
                    for one in several[-key][0]:
                        index[one].add(n)
            size += len(pieces)
            # A memory that is full is begun anew with the next batch.
            if remembered.full or size > MOST_PIECES:
                return

    def _read_about(self) -> None:
        for n in range(len(self.pieces)):
            for key in self._about(n):
                self.index[key].add(n)

    def _about(self, n: int) -> list[int]:
        vocabulary, at = self.remembered.vocabulary, self.begin + n
        if self.posts is None:
            return vocabulary.about_text(self.texts[at])
        return vocabulary.about(self.posts[at])

    def match(self, roots: list[Node], root_keys: set[int]) -> list[list[int]]:
        """For each post the ids of the watches that it matches, ascending."""
        index, hits = self.index, self.hits
        for key in root_keys & index.keys():
            node, where = roots[key], index[key]
            if node.ids is not None:
                hits += [(id_, where) for id_ in node.ids]
            if node.leaves is not None:
                self._find(node.leaves, where)
            nexts = node.nexts
            if not nexts:
                continue
            # What others add or take out meanwhile must not disturb the loop.
            pairs: Any = (
                list(nexts.items())
                if len(nexts) <= len(index)
                else [(second, nexts.get(second)) for second in nexts.keys() & index.keys()]
            )
            for second, child in pairs:
                also = index.get(second)
                if also is None or where.isdisjoint(also):
                    continue
                if type(child) is int:
                    hits.append((child, where & also))
                elif type(child) is tuple:
                    self._decide(child[0], child[1], where & also)
                elif child is not None:
                    self._collect(child, where & also)
        return self._by_post()

    def _by_post(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.pieces]
        self.hits.sort(key=itemgetter(0))
        last: int | None = None
        there: Posts = _NOBODY
        for id_, posts in self.hits:
            # A watch is found once for each of its alternatives that holds.
            new = posts - there if id_ == last else posts
            there = there | new if id_ == last else posts
            last = id_
            for n in new:
                found[n].append(id_)
        return found

    def _collect(self, node: Node, where: Posts) -> None:
        self.hits += [(id_, where) for id_ in node.ids or ()]
        for id_, what in node.more or ():
            self._decide(id_, what, where)
        for id_, what in node.rows or ():
            self._decide(id_, what, where)
        if node.leaves is not None:
            self._find(node.leaves, where)

    def _find(self, leaves: list[Leaf], where: Posts) -> None:
        for leaf in leaves:
            if met := self._meeting(leaf, where):
                self.hits.append((leaf.id, met))

    def _decide(self, id_: int, what: Any, where: Posts) -> None:
        """A watch that needs words in a row, or more keys."""
        if type(what) is str:
            met: Posts = {n for n in where if what in (self.lines.get(n) or self._line(n))}
        else:
            met = self._having(what, where)
        if met:
            self.hits.append((id_, met))

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
        line = self.lines.get(n) or self._line(n)
        return (
            all(row in line for row in leaf.rows)
            and not any(row in line for row in leaf.absent_rows)
            and (not leaf.checks or all(check(self._reading(n)) for check in leaf.checks))
        )

    def _line(self, n: int) -> str:
        """One character for each word of the post."""
        line = "".join(map(self.remembered.characters.__getitem__, self.pieces[n]))
        self.lines[n] = line
        return line

    def _reading(self, n: int) -> Reading:
        """The post by itself, for what is no matter of sets."""
        reading = self.readings.get(n)
        if reading is None:
            keys = self.remembered.keys_of(self.pieces[n])
            if self.about:
                keys.update(self._about(n))
            at = self.begin + n
            post = None if self.posts is None else self.posts[at]
            reading = Reading(self.remembered, self.texts[at], post, keys, self.pieces[n])
            self.readings[n] = reading
        return reading
