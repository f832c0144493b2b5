"""What bounds the holding of posts that hang on others: rows a channel may write, and memory."""

from collections.abc import Iterable
from typing import NamedTuple

from cornbread.channels.domain.posts import HeardPost

#: What a post takes in memory beside its text and payload, roughly.
_OVERHEAD = 1_000


class Awaited(NamedTuple):
    """The post that others hang on, in words that hold for all brands and places."""

    workspace_id: int
    source: str
    external_id: str


class Allowance:
    """So many a second on average, and so many at once after a quiet time. Times in seconds."""

    def __init__(self, a_second: float, at_once: int) -> None:
        self._a_second, self._at_once = a_second, at_once
        self._left, self._at = float(at_once), float("-inf")

    def take(self, count: int, now: float) -> int:
        """How many of ``count`` are allowed now."""
        self._left = min(self._at_once, self._left + (now - self._at) * self._a_second)
        self._at = now
        allowed = min(count, int(self._left))
        self._left -= allowed
        return allowed


class Lingering:
    """Posts in memory by what they hang on, in two generations: when the younger one has half of
    ``most_bytes`` or is older than half of ``longest_s``, the older one is let go.
    """

    def __init__(self, most_bytes: int, longest_s: float) -> None:
        self._most, self._longest = most_bytes // 2, longest_s / 2
        self._young: dict[Awaited, list[HeardPost]] = {}
        self._old: dict[Awaited, list[HeardPost]] = {}
        self._bytes, self._since = 0, float("-inf")

    def __len__(self) -> int:
        return sum(len(posts) for held in (self._young, self._old) for posts in held.values())

    def add(self, awaited: Awaited, posts: list[HeardPost], now: float) -> int:
        """Hold these; how many others had to go for it."""
        gone = 0
        if self._bytes >= self._most or now - self._since >= self._longest:
            gone = sum(map(len, self._old.values()))
            self._old, self._young = self._young, {}
            self._bytes, self._since = 0, now
        self._young.setdefault(awaited, []).extend(posts)
        for post in posts:
            self._bytes += _OVERHEAD + len(post.text) + len(post.raw)
        return gone

    def find(self, wanted: Iterable[Awaited]) -> dict[Awaited, list[HeardPost]]:
        """What hangs on these; it stays."""
        held = (self._young, self._old)
        if not any(held):
            return {}
        return {
            one: [post for posts in held for post in posts.get(one, ())]
            for one in wanted
            if any(one in posts for posts in held)
        }

    def let_go(self, wanted: Iterable[Awaited]) -> None:
        """Hold what hangs on these no longer."""
        for one in wanted:
            self._young.pop(one, None)
            self._old.pop(one, None)
