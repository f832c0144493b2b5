"""Batches cut and joined, so that one write lasts neither too long nor too short."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from cornbread.channels.domain.posts import Batch, HeardDeletion, HeardPost

T = TypeVar("T")

#: Posts written in one transaction, at the most and at the least.
MOST = 1_000
LEAST = 20
#: How long one write should last at the most, in seconds, where all others wait for the lock
#: meanwhile; and where only those wait who write posts of the same source.
LONGEST_S = 0.15
LONGEST_SHARED_S = 0.6
#: The weight of the latest measurement.
_FRESH = 0.3


class Pace:
    """How many posts fit into one write, learned from how long the last ones took."""

    def __init__(self, longest_s: float = LONGEST_S) -> None:
        self._longest_s = longest_s
        # Carefully at first: 300 posts a second.
        self._seconds_per_post = 1 / 300

    @property
    def limit(self) -> int:
        """Posts for the next write."""
        return max(LEAST, min(MOST, int(self._longest_s / self._seconds_per_post)))

    def note(self, posts: int, seconds: float) -> None:
        """One write took so long. Small ones say nothing: they are all overhead."""
        if posts >= LEAST and seconds > 0:
            known = self._seconds_per_post
            self._seconds_per_post = known + _FRESH * (seconds / posts - known)


def portions(batch: Batch, limit: int) -> Iterator[Batch]:
    """The batch in portions of at most ``limit`` posts; the cursor comes with the last.

    Posts that address us come first: they are waited for. Deletions come last, after their posts.
    """
    if len(batch.posts) + len(batch.deletions) <= limit:
        yield batch
        return
    first = [post for post in batch.posts if post.addressed]
    posts = [*first, *(post for post in batch.posts if not post.addressed)]
    cuts = [Batch(stream=batch.stream, posts=part) for part in _cut(posts, limit)]
    cuts += [Batch(stream=batch.stream, deletions=part) for part in _cut(batch.deletions, limit)]
    yield from cuts[:-1]
    last = cuts[-1]
    yield Batch(
        stream=batch.stream, posts=last.posts, deletions=last.deletions, cursor=batch.cursor
    )


def joined(batches: Iterable[Batch]) -> Batch:
    """Several batches of one stream as one, without a cursor. There is at least one."""
    stream = ""
    posts: list[HeardPost] = []
    deletions: list[HeardDeletion] = []
    for batch in batches:
        stream = batch.stream
        posts += batch.posts
        deletions += batch.deletions
    return Batch(stream=stream, posts=tuple(posts), deletions=tuple(deletions))


def _cut(rows: Sequence[T], limit: int) -> list[tuple[T, ...]]:
    return [tuple(rows[start : start + limit]) for start in range(0, len(rows), limit)]
