"""Placing posts into threads as they arrive; ``threads`` has the words and the definition.

Posts arrive late, doubled and in the wrong order. A post whose parent is missing is placed
below the parent's id; when the parent comes, everything that waited for it is moved along.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from cornbread.listening.domain.threads import Post, Record


class ThreadStore(Protocol):
    """What ``place`` reads: two questions per batch, however many posts it holds."""

    def get(self, ids: Iterable[str], /) -> Mapping[str, Record]:
        """The stored records among these ids."""

    def awaited(self, ids: Iterable[str], /) -> set[str]:
        """Those of these ids that some stored record has as its root or its anchor."""


class Placement(msgspec.Struct, frozen=True):
    """What to write for a batch, in one transaction with it.

    ``records`` are new. A root move says that stored records whose root is the first id now
    have the second; anchor moves say the same of anchors. No move leads to where another
    starts, so their order is free. ``anchors_found`` are new inbound posts that stored posts
    referred to: ours that have one as anchor leave "unknown" and join its conversation.
    """

    records: tuple[Record, ...]
    root_moves: tuple[tuple[str, str], ...]
    anchor_moves: tuple[tuple[str, str | None], ...]
    anchors_found: tuple[str, ...]


def place(batch: Iterable[Post], store: ThreadStore) -> Placement:
    """Where the posts of a batch belong, and what stored posts now follow them.

    Posts that are stored already, and repeats within the batch, are left out. Reads the store
    and changes nothing; two batches of the same network must not be placed at the same time.
    """
    new: dict[str, Post] = {}
    for post in batch:
        new.setdefault(post.id, post)
    parents = {post.parent for post in new.values() if post.parent is not None}
    stored = store.get(new.keys() | parents)
    new = {id_: post for id_, post in new.items() if id_ not in stored}
    chains = _Chains(new, stored, store)
    records = tuple(chains.record(post) for post in new.values())
    awaited = store.awaited(new.keys()) if new else set[str]()
    moved = [record for record in records if record.id in awaited]
    return Placement(
        records,
        tuple((r.id, r.root) for r in moved if r.root != r.id),
        tuple((r.id, r.anchor) for r in moved if not r.inbound),
        tuple(r.id for r in moved if r.inbound),
    )


class _Chains:
    """Follows reply chains upwards through the batch and, by one jump, through the store."""

    def __init__(
        self, new: Mapping[str, Post], stored: Mapping[str, Record], store: ThreadStore
    ) -> None:
        self.new = new
        self.stored = stored
        self.store = store
        self.roots: dict[str, str] = {}
        self.anchors: dict[str, str | None] = {}

    def record(self, post: Post) -> Record:
        if post.inbound and post.parent is None:  # most posts
            return Record(post.id, post.author, True, None, post.id, None)
        anchor = None if post.inbound else self.anchor(post.id)
        root = self.root(post.id)
        return Record(post.id, post.author, post.inbound, post.parent, root, anchor)

    def root(self, id_: str) -> str:
        path: dict[str, None] = {}
        while id_ in self.new and id_ not in self.roots and id_ not in path:
            path[id_] = None
            id_ = self._root_above(self.new[id_])
        root = self._smallest_in_circle(id_) if id_ in path else self.roots.get(id_, id_)
        self.roots.update(dict.fromkeys(path, root))
        return root

    def _root_above(self, post: Post) -> str:
        """The highest reference that is known without this batch; the post itself if none."""
        if post.parent is None:
            return post.id
        above = self.stored.get(post.parent)
        return post.parent if above is None else above.root

    def _smallest_in_circle(self, start: str) -> str:
        # Rare enough to ask the store for one post at a time. A post without a parent is a
        # circle of its own.
        smallest, id_ = start, self._parent(start)
        while id_ != start:
            smallest = min(smallest, id_)
            id_ = self._parent(id_)
        return smallest

    def _parent(self, id_: str) -> str:
        post: Post | Record = self.new[id_] if id_ in self.new else self.store.get([id_])[id_]
        return post.id if post.parent is None else post.parent

    def anchor(self, id_: str) -> str | None:
        path: dict[str, None] = {}
        above: str | None = id_
        while above is not None and self._is_ours(above) and above not in path:
            if above in self.anchors:
                above = self.anchors[above]
                break
            path[above] = None
            above = self._anchor_above(self.new[above])
        # Back at a post of the path: only posts of ours in between, so nobody is answered.
        anchor = None if above in path else above
        self.anchors.update(dict.fromkeys(path, anchor))
        return anchor

    def _is_ours(self, id_: str) -> bool:
        return id_ in self.new and not self.new[id_].inbound

    def _anchor_above(self, post: Post) -> str | None:
        above = None if post.parent is None else self.stored.get(post.parent)
        return post.parent if above is None or above.inbound else above.anchor
