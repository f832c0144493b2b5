"""Where watches are filed, and the plain form: a post as it is asked about.

This file is also compiled, as one with ``words.py``, ``hits.py``, ``pages.py`` and
``engine.py`` (see native/
and docs/matching.md). The compiled form reads posts as ``Pages``.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from cornbread.listening.domain.matchable import MatchablePost
from cornbread.listening.domain.matching.remembering import Remembered

COMPILED = not __file__.endswith(".py")


class Asked(Protocol):
    """A post that a check asks."""

    def asked(self) -> MatchablePost:
        """The post itself, for what is no matter of keys."""

    def has(self, key: int) -> bool:
        """Whether the post has the key."""

    def words(self) -> str:
        """One character for each word in order: that of half its number."""

    def has_row(self, row: str) -> bool:
        """Whether the words stand side by side in this order."""


Check: TypeAlias = Callable[[Asked], bool]
#: Of one watch, or of several: a character each.
Numbers: TypeAlias = int | str


class Leaf:
    """A watch filed where some of its keys are there already, with what else has to hold."""

    __slots__ = ("absent", "absent_rows", "checks", "groups", "keys", "number", "rows")

    def __init__(
        self,
        number: int,
        keys: tuple[int, ...],
        absent: tuple[int, ...],
        groups: tuple[tuple[int, ...], ...],
        rows: tuple[str, ...],
        absent_rows: tuple[str, ...],
        checks: tuple[Check, ...],
    ) -> None:
        self.number = number
        self.keys = keys
        self.absent = absent
        self.groups = groups
        self.rows = rows
        self.absent_rows = absent_rows
        self.checks = checks


class Node:
    """The watches filed under a key: ``ids`` of those that need no more, ``more`` with the keys or
    the words in a row that others need as well, ``leaves`` of those that need yet other things,
    and ``nexts`` by a second key, where watches that are alone there stand without a node: a
    number, or what ``more`` would hold of them.

    Watches are numbers, by their place in ``Engine.watches``; several that need the same are
    ``ids``, a string of one character for each."""

    __slots__ = ("ids", "leaves", "more", "nexts")

    def __init__(self) -> None:
        self.ids: str = ""
        self.more: list[tuple[Numbers, Any]] | None = None
        self.leaves: list[Leaf] | None = None
        self.nexts: dict[int, Any] = {}


class Reading:
    """A text as the set of its keys, and the key of each piece of it."""

    __slots__ = ("keys", "pieces", "post", "remembered", "row", "text")

    def __init__(
        self,
        remembered: Remembered,
        text: str,
        post: MatchablePost | None,
        keys: set[int],
        pieces: list[int],
    ) -> None:
        self.remembered = remembered
        self.text = text
        self.post = post
        self.keys = keys
        self.pieces = pieces
        self.row: str | None = None

    def asked(self) -> MatchablePost:
        """The post itself, for what is no matter of keys."""
        if self.post is None:
            self.post = MatchablePost(self.text)
        return self.post

    def has(self, key: int) -> bool:
        """Whether the post has the key."""
        return key in self.keys

    def words(self) -> str:
        """One character for each word in order: that of half its number."""
        if self.row is None:
            self.row = "".join(map(self.remembered.characters.__getitem__, self.pieces))
        return self.row

    def has_row(self, row: str) -> bool:
        """Whether the words stand side by side in this order."""
        return row in self.words()

    def meets(self, leaf: Leaf) -> bool:
        """Whether all holds that the leaf says."""
        keys = self.keys
        return (
            keys.issuperset(leaf.keys)
            and keys.isdisjoint(leaf.absent)
            and not any(keys.isdisjoint(group) for group in leaf.groups)
            and all(self.has_row(row) for row in leaf.rows)
            and not any(self.has_row(row) for row in leaf.absent_rows)
            and all(check(self) for check in leaf.checks)
        )


#: Stands in ``Engine.roots`` where nothing is filed.
NOWHERE = Node()
