"""All watches against one post."""

import gc
import sys
import time
import types
from collections.abc import Iterable, Mapping, Sequence
from threading import RLock
from typing import NamedTuple

from cornbread.listening.domain.matchable import MatchablePost
from cornbread.listening.domain.matching.filing import Filing
from cornbread.listening.domain.query import Query, QueryError, parse, print_query

_NOT_OURS = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType)


class Stats(NamedTuple):
    """``watches`` that can match, the distinct ``keys`` they ask for, what compiling took, and
    how many ``bytes`` it all takes, the queries' texts included."""

    watches: int
    keys: int
    build_s: float
    bytes: int


class Matcher:
    """Compiled watches. Any number of threads may match while others add and remove.

    ``errors`` holds, by watch id, what is wrong with the queries that could not be compiled;
    all the others work. ``frequencies`` are shares of posts by word, where they are known; they
    make it faster and change nothing else.
    """

    def __init__(
        self,
        queries: Mapping[int, Query],
        errors: Mapping[int, QueryError],
        *,
        frequencies: Mapping[str, float] | None = None,
    ) -> None:
        self._changing = RLock()
        self.errors = dict(errors)
        self.build_s = 0.0
        self._queries: dict[int, Query | str] = dict(queries)
        self._filing = Filing(frequencies or {})
        self._engine = self._filing.engine
        self._filing.change(add=queries.items(), remove=())

    @classmethod
    def compile(
        cls, watches: Mapping[int, str], *, frequencies: Mapping[str, float] | None = None
    ) -> "Matcher":
        """A matcher for ``watches`` (query text by id)."""
        began = time.perf_counter()
        queries: dict[int, Query] = {}
        errors: dict[int, QueryError] = {}
        for watch_id, text in watches.items():
            try:
                queries[watch_id] = parse(text)
            except QueryError as error:
                errors[watch_id] = error
        matcher = cls(queries, errors, frequencies=frequencies)
        # The texts are enough to take a watch out again, and are smaller than the trees.
        matcher._queries = {watch_id: watches[watch_id] for watch_id in queries}
        matcher.build_s = time.perf_counter() - began
        return matcher

    def __len__(self) -> int:
        """How many watches can match."""
        return len(self._queries)

    def add(self, watch_id: int, query: str) -> None:
        """Match one more watch, or another query for a known one, from the next post on.

        A query that cannot be compiled is put in ``errors``, and its watch matches nothing.
        """
        try:
            tree = parse(query)
        except QueryError as error:
            self.remove(watch_id)
            self.errors[watch_id] = error
            return
        with self._changing:
            self._filing.change(add=[(watch_id, tree)], remove=self._known(watch_id))
            self._queries[watch_id] = query
            self.errors.pop(watch_id, None)

    def remove(self, watch_id: int) -> None:
        """Match a watch no more; nothing happens if there is none."""
        with self._changing:
            self._filing.change(add=(), remove=self._known(watch_id))
            self._queries.pop(watch_id, None)
            self.errors.pop(watch_id, None)

    def _known(self, watch_id: int) -> list[tuple[int, Query]]:
        known = self._queries.get(watch_id)
        if known is None:
            return []
        return [(watch_id, parse(known) if isinstance(known, str) else known)]

    def queries(self) -> dict[int, str]:
        """The text of each watch, also of those that could not be compiled since."""
        with self._changing:
            known = {
                watch_id: query if isinstance(query, str) else print_query(query)
                for watch_id, query in self._queries.items()
            }
            return known | dict.fromkeys(self.errors, "")

    def match(self, post: MatchablePost) -> list[int]:
        """The ids of the watches that ``post`` matches, ascending."""
        return self._engine.match(post.text, post)

    def match_batch(self, posts: Iterable[MatchablePost]) -> list[list[int]]:
        """``match`` for each of ``posts``."""
        heard = list(posts)
        return self._engine.match_many([post.text for post in heard], heard)

    def match_texts(self, texts: Sequence[str]) -> list[list[int]]:
        """``match`` for each of ``texts`` as a post of which nothing else is known."""
        return self._engine.match_many(texts, None)

    def stats(self) -> Stats:
        """What the matcher is made of. Takes a while: every part is weighed."""
        with self._changing:
            weighed = _bytes_of(self._filing, self._queries, self.errors)
            keys = len(self._filing.vocabulary.ids)
        return Stats(len(self), keys, self.build_s, weighed)


def _bytes_of(*roots: object) -> int:
    """The size of all objects reached from ``roots``, each counted once."""
    seen: set[int] = set()
    waiting: list[object] = list(roots)
    total = 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, _NOT_OURS):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        waiting += gc.get_referents(one)
    return total
