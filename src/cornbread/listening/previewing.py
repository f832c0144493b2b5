"""Trying a query out on the posts kept last, with what made each match."""

import msgspec

from cornbread.channels.registry import KINDS
from cornbread.listening import queries
from cornbread.listening.domain.matching import MatchablePost, explain
from cornbread.listening.domain.query import Field, Query, cost, leaves, parse, print_query
from cornbread.listening.domain.query.cost import ALOT, POSTS
from cornbread.listening.domain.trying import Effect, Trial
from cornbread.listening.hearsay import heard_lately
from cornbread.listening.matchables import Columns
from cornbread.listening.models import Mention
from cornbread.team.models import Member

#: How many recent posts a preview looks at.
RECENT = 10_000
EXAMPLES = 12
#: With fewer posts than these, a guess from the words says more than a count.
ENOUGH = 200


class Example(msgspec.Struct, frozen=True):
    """A post the query catches; ``spans`` are the places (start, end) in its text that matched,
    ``grounds`` the terms that made it match, as queries."""

    mention: Mention
    spans: tuple[tuple[int, int], ...]
    grounds: tuple[str, ...] = ()


class Preview(msgspec.Struct, frozen=True):
    """How many of the recent posts a query catches, the newest of them, and what each part of the
    query is there for. ``expected`` is how many of 10,000 posts it will catch, counted or, where
    few were heard, guessed."""

    of: int
    caught: int
    examples: tuple[Example, ...]
    effects: tuple[Effect, ...] = ()
    expected: int = 0
    unknown_networks: tuple[str, ...] = ()

    @property
    def is_much(self) -> bool:
        """Whether so much is caught that somebody should think again."""
        return self.expected > ALOT


def preview(query: str, *, seen_by: Member) -> Preview:
    """What the query would have caught; raises QueryError pointing at the character."""
    seen_by.require("watch.read")
    return preview_of(query, seen_by.workspace_id)


def preview_of(query: str, workspace_id: int) -> Preview:
    """The same for the operator of the machine."""
    tree = parse(query)
    trial, columns = Trial(tree), Columns(leaves(tree))
    kept = queries.public_mentions(workspace_id)
    newest: dict[int, tuple[MatchablePost, tuple[Query, ...]]] = {}
    for id_, text, *values in kept.values_list(*columns.names)[:RECENT].iterator():
        post = columns.post(text, values)
        grounds = trial.read(post)
        if grounds and len(newest) < EXAMPLES:
            newest[id_] = post, grounds
    examples = [_example(tree, one, *newest[one.pk]) for one in kept.filter(pk__in=newest)]
    return Preview(
        of=trial.seen,
        caught=trial.caught,
        examples=tuple(examples),
        effects=trial.effects(),
        expected=_expected(tree, trial, workspace_id),
        unknown_networks=_unknown_networks(tree),
    )


def _example(
    tree: Query, mention: Mention, post: MatchablePost, grounds: tuple[Query, ...]
) -> Example:
    spans = tuple(explain(tree, post))
    return Example(mention, spans, tuple(print_query(ground) for ground in grounds))


def _expected(tree: Query, trial: Trial, workspace_id: int) -> int:
    if trial.seen < ENOUGH:
        return cost(tree, heard_lately(workspace_id)).caught
    return POSTS * trial.caught // trial.seen


def _unknown_networks(tree: Query) -> tuple[str, ...]:
    """Networks the query names that are none: a slip, or one that only a file will bring."""
    named = [
        term.value for term in leaves(tree) if isinstance(term, Field) and term.name == "network"
    ]
    return tuple(dict.fromkeys(name for name in named if name not in KINDS))
