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
from cornbread.listening.domain.matching.reading import COMPILED, NOWHERE, Leaf, Node, Reading
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


class Engine:
    """The filed watches. ``filing`` changes it; any number of threads match meanwhile."""

    __slots__ = ("lock", "remembered", "renewing", "root_keys", "roots", "version", "vocabulary")

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.remembered = Remembered(vocabulary, learning=not COMPILED)
        self.roots: list[Node] = [NOWHERE] * vocabulary.size
        self.root_keys: set[int] = set()
        # Odd while a change is going on; what was found during a change is found again.
        self.version = 0
        self.lock = Lock()
        self.renewing = Lock()

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
        return Batch(self._memory(), texts, posts, begin).match(self.roots, self.root_keys)

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
        undecided: list[tuple[int, Any]] = []
        leaves: list[Leaf] = []
        roots = self.roots
        for key in self.root_keys & keys:
            node = roots[key]
            if node.ids is not None:
                found += node.ids
            if node.leaves is not None:
                leaves += node.leaves
            if node.apart(keys):
                continue
            nexts = node.nexts
            for second in nexts.keys() & keys:
                child: Any = nexts.get(second)
                kind = type(child)
                if kind is int:
                    found.append(child)
                elif kind is tuple:
                    undecided.append(child)
                elif child is not None:
                    found += child.ids or ()
                    undecided += child.more or ()
                    undecided += child.rows or ()
                    leaves += child.leaves or ()
        if undecided or leaves:
            reading = Reading(remembered, text, post, keys, pieces)
            words = ""
            for id_, what in undecided:
                if type(what) is str:
                    words = words or reading.words()
                    if what in words:
                        found.append(id_)
                elif keys.issuperset(what):
                    found.append(id_)
            for leaf in leaves:
                if reading.meets(leaf):
                    found.append(leaf.id)
        return found

    # -- compiled --------------------------------------------------------------------------------

    def _native(
        self, texts: Sequence[str], posts: Sequence[MatchablePost] | None, begin: int
    ) -> list[list[int]]:
        remembered = self._memory()
        pages = _rested(remembered)
        number = pages.read(texts, posts, begin)
        found: list[list[int]] = [[] for _ in range(number)]
        # Decided at the end: what they ask may let another thread change watches.
        leaves: list[Leaf] = []
        whose: list[int] = []
        roots = self.roots
        for at in range(pages.met):
            key = pages.touched[at]
            node = roots[key]
            if node is NOWHERE:
                continue
            if node.ids is not None or node.leaves is not None:
                pages.choose(key)
                self._collect(node, pages, found, leaves, whose)
            if node.nexts:
                self._follow(key, node, pages, found, leaves, whose)
        for at in range(len(leaves)):
            leaf = leaves[at]
            pages.at = whose[at]
            if pages.meets(leaf):
                found[whose[at]].append(leaf.id)
        pages.clear()
        remembered.pages.append(pages)
        for at in range(number):
            ids = found[at]
            if len(ids) > 1:
                # A watch is found once for each of its alternatives that holds.
                ids.sort()
                for place in range(1, len(ids)):
                    if ids[place] == ids[place - 1]:
                        found[at] = sorted(set(ids))
                        break
        return found

    def _follow(
        self,
        first: int,
        node: Node,
        pages: Pages,
        found: list[list[int]],
        leaves: list[Leaf],
        whose: list[int],
    ) -> None:
        """What is filed under a second key as well."""
        nexts = node.nexts
        if len(nexts) <= pages.met:
            for second, child in nexts.items():
                if pages.choose_both(first, second):
                    self._take(child, pages, found, leaves, whose)
            return
        for at in range(pages.met):
            child = nexts.get(pages.touched[at])
            if child is not None and pages.choose_both(first, pages.touched[at]):
                self._take(child, pages, found, leaves, whose)

    def _take(
        self,
        child: Any,
        pages: Pages,
        found: list[list[int]],
        leaves: list[Leaf],
        whose: list[int],
    ) -> None:
        kind = type(child)
        if kind is int:
            for at in range(pages.chosen):
                ids = found[pages.both[at]]
                ids.append(child)
        elif kind is tuple:
            self._decide(child, pages, found)
        elif child is not None:
            self._collect(child, pages, found, leaves, whose)

    def _decide(self, pair: tuple[int, Any], pages: Pages, found: list[list[int]]) -> None:
        """One that needs more keys, or words in a row."""
        id_, what = pair
        in_a_row = type(what) is str
        for at in range(pages.chosen):
            pages.at = pages.both[at]
            if pages.has_row(what) if in_a_row else pages.has_all(what):
                ids = found[pages.at]
                ids.append(id_)

    def _collect(
        self,
        node: Node,
        pages: Pages,
        found: list[list[int]],
        leaves: list[Leaf],
        whose: list[int],
    ) -> None:
        if node.ids is not None:
            for at in range(pages.chosen):
                ids = found[pages.both[at]]
                ids.extend(node.ids)
        if node.more is not None:
            for pair in node.more:
                self._decide(pair, pages, found)
        if node.rows is not None:
            for pair in node.rows:
                self._decide(pair, pages, found)
        if node.leaves is not None:
            for leaf in node.leaves:
                for at in range(pages.chosen):
                    leaves.append(leaf)
                    whose.append(pages.both[at])
