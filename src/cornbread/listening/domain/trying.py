"""Trying a query out on posts: what it catches, and what each part of it is there for.

Each post is read once, and only where a quick look says that it may have a word of the query. What
is remembered of it is which terms of the query it has; whether it would be caught by the query, or
by the query without one of its parts, follows from that alone.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from cornbread.listening.domain.evaluation import MatchablePost, fact_holds
from cornbread.listening.domain.matching import Matcher
from cornbread.listening.domain.query import (
    And,
    Field,
    Followers,
    Not,
    Or,
    Query,
    holds_of_nothing,
    leaves,
    print_query,
)
from cornbread.listening.domain.query.nodes import all_of, any_of
from cornbread.listening.domain.sieve import sieve

#: Of a long query only so many parts are tried without.
MOST_CLAUSES = 24
_DEEPEST = 1


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a query, and the query ``without`` it; None if that would ask for nothing."""

    part: Query
    without: Query | None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """How many posts the query would catch without the part that ``text`` says.

    ``more`` is the difference to the whole query, negative where the part brings posts in.
    ``caught`` and ``more`` are None where nothing would be left to ask for.
    """

    text: str
    depth: int
    caught: int | None
    more: int | None


class Trial:
    """One query and the posts it has been tried on."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self._leaves = list(dict.fromkeys(leaves(query)))
        self._facts: list[tuple[int, Field | Followers]] = []
        words: dict[int, Query] = {}
        for number, leaf in enumerate(self._leaves):
            if isinstance(leaf, Field | Followers):
                self._facts.append((number, leaf))
            else:
                words[number] = leaf
        self._may_have_words = sieve(any_of(list(words.values()))) if words else _never
        self._match = Matcher.compile({n: print_query(word) for n, word in words.items()}).match
        self._seen: Counter[tuple[int, ...]] = Counter()
        self._answers: dict[tuple[int, ...], bool] = {}

    @property
    def seen(self) -> int:
        """How many posts it was tried on."""
        return self._seen.total()

    @property
    def caught(self) -> int:
        """How many of them it catches."""
        return self._count(self.query)

    def read(self, post: MatchablePost) -> tuple[Query, ...]:
        """The grounds on which ``post`` is caught; empty if it is not caught."""
        words = self._match(post) if self._may_have_words(post.text) else ()
        facts = [number for number, fact in self._facts if fact_holds(fact, post)]
        has = (*words, *facts)
        self._seen[has] += 1
        if has not in self._answers:
            self._answers[has] = _holds(self.query, self._terms(has))
        return grounds(self.query, self._terms(has)) if self._answers[has] else ()

    def effects(self) -> tuple[Effect, ...]:
        """What would be caught without each part of the query; empty if it has only one."""
        whole = self.caught
        found = []
        for clause in list(clauses(self.query))[:MOST_CLAUSES]:
            left = None if clause.without is None else self._count(clause.without)
            more = None if left is None else left - whole
            found.append(Effect(print_query(clause.part), clause.depth, left, more))
        return tuple(found)

    def _count(self, query: Query) -> int:
        terms = self._terms
        return sum(count for has, count in self._seen.items() if _holds(query, terms(has)))

    def _terms(self, has: tuple[int, ...]) -> frozenset[Query]:
        return frozenset([self._leaves[number] for number in has])


def _never(text: str) -> bool:
    return False


def grounds(query: Query, terms: Collection[Query]) -> tuple[Query, ...]:
    """The terms, and NOTs of terms, that make ``query`` hold of a post that has ``terms``."""
    return tuple(dict.fromkeys(_grounds(query, terms, wanted=True)))


def _grounds(query: Query, terms: Collection[Query], *, wanted: bool) -> Iterator[Query]:
    if _holds(query, terms) is not wanted:
        return
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _grounds(part, terms, wanted=wanted)
        case Not(part):
            yield from _grounds(part, terms, wanted=not wanted)
        case _:
            yield query if wanted else Not(query)


def _holds(query: Query, terms: Collection[Query]) -> bool:
    match query:
        case And(parts):
            return all(_holds(part, terms) for part in parts)
        case Or(parts):
            return any(_holds(part, terms) for part in parts)
        case Not(part):
            return not _holds(part, terms)
        case _:
            return query in terms


def clauses(query: Query) -> Iterator[Clause]:
    """The parts of ``query`` in order, each followed by its own parts."""
    for clause in _clauses(query, 0):
        asks = clause.without is not None and not holds_of_nothing(clause.without)
        yield clause if asks else replace(clause, without=None)


def _clauses(query: Query, depth: int) -> Iterator[Clause]:
    match query:
        case And(parts) | Or(parts) if depth <= _DEEPEST:
            join = all_of if isinstance(query, And) else any_of
            for at, part in enumerate(parts):
                others = [*parts[:at], *parts[at + 1 :]]
                yield Clause(part, join(others), depth)

                def put_back(less: Query, at: int = at) -> Query:
                    return join([*parts[:at], less, *parts[at + 1 :]])

                yield from _rebuilt(_clauses(part, depth + 1), put_back)
        case Not(And() | Or() as part):
            yield from _rebuilt(_clauses(part, depth), Not)


def _rebuilt(found: Iterator[Clause], rebuild: Callable[[Query], Query]) -> Iterator[Clause]:
    """The same clauses as parts of a larger query."""
    for clause in found:
        yield replace(clause, without=clause.without and rebuild(clause.without))
