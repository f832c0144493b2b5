"""The inner loop: which watches are filed under the keys of a post.

A watch is filed under its rarest key, with its second rarest beside it, so that a post meets only
the watches whose two rarest keys it has. Most are then decided: what remains of others is a
``Leaf``, which is looked at one by one.
"""

from collections.abc import Sequence
from threading import Lock
from typing import Any

from cornbread.listening.domain.keys import Vocabulary
from cornbread.listening.domain.matchable import MatchablePost
from cornbread.listening.domain.matching.batches import Batch
from cornbread.listening.domain.matching.pages import Pages
from cornbread.listening.domain.matching.reading import (
    COMPILED,
    NOWHERE,
    Leaf,
    Node,
    Numbers,
    Reading,
)
from cornbread.listening.domain.matching.remembering import Remembered

#: Plain: fewer posts than this are matched one by one.
FEW_POSTS = 8


def _rested(remembered: Remembered) -> Pages:
    """Pages for one batch; they are given back to ``pages``."""
    try:
        pages: Pages = remembered.pages.pop()
    except IndexError:
        pages = Pages(remembered)
    return pages


class Ids(dict[Numbers, tuple[int, ...]]):
    """Plain: the ids of watches by their numbers, remembered, as the same are met again."""

    def __init__(self, watches: list[int]) -> None:
        super().__init__()
        self.watches = watches

    def __missing__(self, numbers: Numbers) -> tuple[int, ...]:
        each = [numbers] if isinstance(numbers, int) else map(ord, numbers)
        ids = self[numbers] = tuple([self.watches[number] for number in each])
        return ids


class Engine:
    """The filed watches. ``filing`` changes it; any number of threads match meanwhile."""

    __slots__ = (
        "ids_of", "in_order", "lock", "remembered", "renewing", "root_keys", "roots", "version",
        "vocabulary", "watches",
    )  # fmt: skip

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.remembered = Remembered(vocabulary, learning=not COMPILED)
        self.roots: list[Node] = [NOWHERE] * vocabulary.size
        self.root_keys: set[int] = set()
        # The ids by number, and whether they ascend with it.
        self.watches: list[int] = []
        self.in_order = True
        self.forget_ids()
        # Odd while a change is going on; what was found during a change is found again.
        self.version = 0
        self.lock = Lock()
        self.renewing = Lock()

    def forget_ids(self) -> None:
        """Watches came or went, so that the same numbers may be of others."""
        self.ids_of = Ids(self.watches)

    def match_many(
        self, texts: Sequence[str], posts: Sequence[MatchablePost] | None
    ) -> list[list[int]]:
        """``match`` of each."""
        if not COMPILED and len(texts) < FEW_POSTS:
            if posts is None:
                return [self.match(text, None) for text in texts]
            return [self.match(post.text, post) for post in posts]
        found: list[list[int]] = []
        while len(found) < len(texts):
            version = self.version
            batch = self._batch(texts, posts, len(found))
            if version & 1 or version != self.version:
                # What was found while watches changed may be half of the one and half of the other.
                with self.lock:
                    batch = self._batch(texts, posts, len(found))
            found += batch
        return found

    def _batch(
        self, texts: Sequence[str], posts: Sequence[MatchablePost] | None, begin: int
    ) -> list[list[int]]:
        if COMPILED:
            return self._native(texts, posts, begin)
        return Batch(self._memory(), texts, posts, begin).match(
            self.roots, self.root_keys, self.ids_of
        )

    def match(self, text: str, post: MatchablePost | None) -> list[int]:
        """The ids of the watches that the post (or a bare text) matches, ascending."""
        if COMPILED:
            return self.match_many([text], None if post is None else [post])[0]
        version = self.version
        found = self._plain(text, post)
        if version & 1 or version != self.version:
            with self.lock:
                found = self._plain(text, post)
        # A watch is found once for each of its alternatives that holds.
        return sorted(set(found)) if len(found) > 1 else found

    def _memory(self) -> Remembered:
        """What is remembered; nothing, where that had become too much."""
        remembered = self.remembered
        if not remembered.full:
            return remembered
        # A change of the vocabulary meanwhile has put a new one there, which must stay.
        with self.renewing:
            if self.remembered is remembered:
                self.remember_anew()
            return self.remembered

    def remember_anew(self) -> None:
        """Forget all pieces, because the vocabulary changed or they are too many."""
        self.remembered = Remembered(self.vocabulary, learning=not COMPILED)

    def _about(self, text: str, post: MatchablePost | None) -> list[int]:
        """The keys that are not in the text itself."""
        return self.vocabulary.about_text(text) if post is None else self.vocabulary.about(post)

    # -- plain -----------------------------------------------------------------------------------

    def _plain(self, text: str, post: MatchablePost | None) -> list[int]:
        remembered = self._memory()
        pieces = list(map(remembered.known.__getitem__, text.split()))
        keys = remembered.keys_of(pieces)
        if remembered.about_texts or (post is not None and remembered.about_posts):
            keys.update(self._about(text, post))
        found: list[int] = []
        undecided: list[tuple[Numbers, Any]] = []
        leaves: list[Leaf] = []
        roots, ids_of = self.roots, self.ids_of
        for key in self.root_keys & keys:
            node = roots[key]
            if node.ids:
                found += ids_of[node.ids]
            if node.leaves is not None:
                leaves += node.leaves
            nexts = node.nexts
            for second in nexts.keys() & keys:
                child: Any = nexts.get(second)
                kind = type(child)
                if kind is int or kind is str:
                    found += ids_of[child]
                elif kind is tuple:
                    undecided.append(child)
                elif child is not None:
                    if child.ids:
                        found += ids_of[child.ids]
                    undecided += child.more or ()
                    leaves += child.leaves or ()
        if undecided or leaves:
            reading = Reading(remembered, text, post, keys, pieces)
            words = ""
            for numbers, what in undecided:
                if type(what) is str:
                    words = words or reading.words()
                    if what in words:
                        found += ids_of[numbers]
                elif keys.issuperset(what):
                    found += ids_of[numbers]
            for leaf in leaves:
                if reading.meets(leaf):
                    found += ids_of[leaf.number]
        return found

    # -- compiled --------------------------------------------------------------------------------

    def _native(
        self, texts: Sequence[str], posts: Sequence[MatchablePost] | None, begin: int
    ) -> list[list[int]]:
        remembered = self._memory()
        pages = _rested(remembered)
        number = pages.read(texts, posts, begin)
        # Decided at the end: what they ask may let another thread change watches.
        leaves: list[Leaf] = []
        whose: list[int] = []
        roots = self.roots
        for at in range(pages.met):
            key = pages.touched[at]
            node = roots[key]
            if node is NOWHERE:
                continue
            if node.ids or node.leaves is not None:
                pages.choose(key)
                self._collect(node, pages, leaves, whose)
            if node.nexts:
                self._follow(key, node, pages, leaves, whose)
        for at in range(len(leaves)):
            leaf = leaves[at]
            pages.at = whose[at]
            if pages.meets(leaf):
                pages.hits.add(pages.at, leaf.number)
        found = pages.hits.by_post(number, self.watches)
        pages.clear()
        remembered.pages.append(pages)
        if not self.in_order:
            for ids in found:
                ids.sort()
        return found

    def _follow(
        self, first: int, node: Node, pages: Pages, leaves: list[Leaf], whose: list[int]
    ) -> None:
        """What is filed under a second key as well."""
        nexts = node.nexts
        pages.stand_by(first)
        if len(nexts) <= pages.met:
            for second, child in nexts.items():
                if pages.choose_both(first, second):
                    self._take(child, pages, leaves, whose)
            return
        for at in range(pages.met):
            child = nexts.get(pages.touched[at])
            if child is not None and pages.choose_both(first, pages.touched[at]):
                self._take(child, pages, leaves, whose)

    def _take(self, child: Any, pages: Pages, leaves: list[Leaf], whose: list[int]) -> None:
        kind = type(child)
        if kind is int or kind is str:
            pages.give(child)
        elif kind is tuple:
            self._decide(child, pages)
        elif child is not None:
            self._collect(child, pages, leaves, whose)

    def _decide(self, pair: tuple[Numbers, Any], pages: Pages) -> None:
        """Watches that need more keys, or words in a row."""
        numbers, what = pair
        in_a_row = type(what) is str
        for at in range(pages.chosen):
            pages.at = pages.both[at]
            if pages.has_row(what) if in_a_row else pages.has_all(what):
                pages.hits.add(pages.at, numbers)

    def _collect(self, node: Node, pages: Pages, leaves: list[Leaf], whose: list[int]) -> None:
        if node.ids:
            pages.give(node.ids)
        if node.more is not None:
            for pair in node.more:
                self._decide(pair, pages)
        if node.leaves is not None:
            for leaf in node.leaves:
                for at in range(pages.chosen):
                    pages.at = pages.both[at]
                    if leaf.checks:
                        leaves.append(leaf)
                        whose.append(pages.at)
                    elif pages.meets(leaf):
                        pages.hits.add(pages.at, leaf.number)
