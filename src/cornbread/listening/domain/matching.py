"""All watches against one post: each watch is filed under keys of which a matching post must have
one, so that a post meets only the few watches that it could match, and those are verified.

What it says equals ``evaluation.matches`` on every input; the tests hold it to that.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from cornbread.listening.domain.evaluation import MatchablePost, explain, matches
from cornbread.listening.domain.keys import PostKeys, required_keys, sign_of
from cornbread.listening.domain.query import (
    And,
    Not,
    Or,
    Prefix,
    Query,
    QueryError,
    Term,
    parse,
)

__all__ = ["MatchablePost", "Matcher", "explain", "matches"]

Check: TypeAlias = Callable[[PostKeys], bool]


class Matcher:
    """Compiled watches; immutable, so one may be shared by threads.

    ``errors`` holds, by watch id, what is wrong with the queries that could not be compiled;
    all the others work.
    """

    def __init__(self, queries: Mapping[int, Query], errors: Mapping[int, QueryError]) -> None:
        self.errors = dict(errors)
        self._checks: dict[int, Check] = {}
        self._filed: dict[str, list[int]] = {}
        prefix_lengths: set[int] = set()
        for watch_id, query in queries.items():
            self._checks[watch_id] = _check(query)
            prefix_lengths.update(_prefix_lengths(query))
            for key in required_keys(query):
                self._filed.setdefault(key, []).append(watch_id)
        self._prefix_lengths = sorted(prefix_lengths)

    @classmethod
    def compile(cls, watches: Mapping[int, str]) -> "Matcher":
        """A matcher for ``watches`` (query text by id)."""
        queries: dict[int, Query] = {}
        errors: dict[int, QueryError] = {}
        for watch_id, text in watches.items():
            try:
                queries[watch_id] = parse(text)
            except QueryError as error:
                errors[watch_id] = error
        return cls(queries, errors)

    def __len__(self) -> int:
        """How many watches can match."""
        return len(self._checks)

    def match(self, post: MatchablePost) -> list[int]:
        """The ids of the watches that ``post`` matches, ascending."""
        read = PostKeys(post, self._prefix_lengths)
        filed = self._filed
        candidates: set[int] = set()
        for key in read.keys:
            if key in filed:
                candidates.update(filed[key])
        if not candidates:
            return []
        checks = self._checks
        return sorted([watch_id for watch_id in candidates if checks[watch_id](read)])

    def match_texts(self, texts: Iterable[str]) -> list[list[int]]:
        """``match`` for each of ``texts`` as a post of which nothing else is known."""
        return [self.match(MatchablePost(text)) for text in texts]


def _check(query: Query) -> Check:
    """``query`` as one function of a read post."""
    match query:
        case And(parts):
            checks = [_check(part) for part in parts]
            return lambda read: all(check(read) for check in checks)
        case Or(parts):
            checks = [_check(part) for part in parts]
            return lambda read: any(check(read) for check in checks)
        case Not(part):
            negated = _check(part)
            return lambda read: not negated(read)
        case _:
            return _term_check(query)


def _term_check(term: Term) -> Check:
    sign = sign_of(term)
    if isinstance(sign, str):
        return lambda read: sign in read.keys
    row = f" {' '.join(sign)} "
    return lambda read: row in read.line


def _prefix_lengths(query: Query) -> set[int]:
    match query:
        case And(parts) | Or(parts):
            return set().union(*(_prefix_lengths(part) for part in parts))
        case Not(part):
            return _prefix_lengths(part)
        case Prefix(text):
            return {len(text)}
        case _:
            return set()
