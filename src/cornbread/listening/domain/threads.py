"""Which posts belong together: one customer with us along one reply chain.

Two forms of the same definition. ``group`` looks at all posts at once and is the plain
statement of what is meant. ``placing.place`` takes posts as they arrive, in any order and in
batches of any size, and keeps stored records equal to what ``group`` would say about
everything heard so far. Ids are compared within one network; callers keep networks apart.

- The **root** of a post is the topmost post that its reply chain refers to. A missing parent
  is known by its id only and still is the common root of all who answered it.
- The **anchor** of a post of ours is the nearest post above it that is not known to be ours:
  a customer's post, or one still missing. Without one, the post is an announcement.
- Replies that run in a circle have the smallest id of the circle as root, and a circle of our
  own posts answers nobody. Both are nonsense that real networks nevertheless deliver.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

Key = tuple[str, str]
"""A conversation: (root, author of the customer's posts)."""


class Post(msgspec.Struct, frozen=True):
    """What grouping needs to know of a post; ``inbound`` means not ours."""

    id: str
    author: str
    inbound: bool
    parent: str | None = None


class Record(msgspec.Struct, frozen=True):
    """A placed post. ``anchor`` is always None for inbound posts."""

    id: str
    author: str
    inbound: bool
    parent: str | None
    root: str
    anchor: str | None


class Grouping(msgspec.Struct, frozen=True):
    """All posts, each in exactly one place. Ids are sorted, so that equal means the same."""

    conversations: dict[Key, tuple[str, ...]]
    announcements: tuple[str, ...]
    unknown: tuple[str, ...]


def conversation_of(record: Record, anchor: Record | None) -> Key | None:
    """The conversation of a record, given the record of its anchor where that is known.

    None for an announcement and for an answer to a post that is still missing.
    """
    if record.inbound:
        return (record.root, record.author)
    return None if anchor is None else (anchor.root, anchor.author)


def group(posts: Iterable[Post]) -> Grouping:
    """Everything at once; of posts with the same id the first counts."""
    known: dict[str, Post] = {}
    for post in posts:
        known.setdefault(post.id, post)
    return arrange(_from_the_roots(known))


def arrange(records: Iterable[Record]) -> Grouping:
    """Records that know their root and anchor, put into their conversations."""
    by_id = {record.id: record for record in records}
    conversations: dict[Key, list[str]] = {}
    announcements: list[str] = []
    unknown: list[str] = []
    for id_, record in sorted(by_id.items()):
        key = conversation_of(record, by_id.get(record.anchor or ""))
        if key is not None:
            conversations.setdefault(key, []).append(id_)
        elif record.anchor is None:
            announcements.append(id_)
        else:
            unknown.append(id_)
    frozen = {key: tuple(ids) for key, ids in conversations.items()}
    return Grouping(frozen, tuple(announcements), tuple(unknown))


def _from_the_roots(known: Mapping[str, Post]) -> Iterator[Record]:
    answers: dict[str, list[Post]] = {}
    for post in known.values():
        if post.parent is not None and post.parent != post.id:
            answers.setdefault(post.parent, []).append(post)
    tops = {p.parent for p in known.values() if p.parent is not None and p.parent not in known}
    tops |= {p.id for p in known.values() if p.parent is None or p.parent == p.id}
    reached: set[str] = set()
    for top in tops:
        yield from _below(top, top, known, answers, reached)
    # What no top leads to runs in a circle, or hangs below one.
    for id_ in known:
        if id_ not in reached:
            circle = _circle_above(id_, known)
            start = next((member for member in circle if known[member].inbound), circle[0])
            yield from _below(start, min(circle), known, answers, reached)


def _below(
    start: str,
    root: str,
    known: Mapping[str, Post],
    answers: Mapping[str, list[Post]],
    reached: set[str],
) -> Iterator[Record]:
    """Records of ``start``, where known, and of all that answers it, directly or not."""
    waiting: list[tuple[str, str | None]] = [(start, None)]
    while waiting:
        id_, anchor = waiting.pop()
        if id_ in reached:
            continue
        reached.add(id_)
        post = known.get(id_)
        if post is not None:
            own = None if post.inbound else anchor
            yield Record(post.id, post.author, post.inbound, post.parent, root, own)
        # A post of ours hands its own anchor down; any other is the anchor of its answers.
        handed = anchor if post is not None and not post.inbound else id_
        waiting.extend((answer.id, handed) for answer in answers.get(id_, ()))


def _circle_above(id_: str, known: Mapping[str, Post]) -> list[str]:
    """The members of the circle in which the reply chain of ``id_`` ends."""
    path: dict[str, None] = {}
    while id_ not in path:
        path[id_] = None
        id_ = known[id_].parent or id_
    steps = list(path)
    return steps[steps.index(id_) :]
