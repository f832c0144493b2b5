"""Trying a query out on the posts kept last, with what made each match."""

import msgspec

from cornbread.listening import queries
from cornbread.listening.domain.matching import MatchablePost, Matcher, explain
from cornbread.listening.domain.query import parse
from cornbread.listening.domain.sieve import sieve
from cornbread.listening.models import Mention
from cornbread.team.models import Member

#: How many recent posts a preview looks at.
RECENT = 10_000
EXAMPLES = 12


class Example(msgspec.Struct, frozen=True):
    """A post the query catches; ``spans`` are the places (start, end) in its text that matched."""

    mention: Mention
    spans: tuple[tuple[int, int], ...]


class Preview(msgspec.Struct, frozen=True):
    """How many of the recent posts a query catches, and the newest of them."""

    of: int
    caught: int
    examples: tuple[Example, ...]


def preview(query: str, *, seen_by: Member) -> Preview:
    """What the query would have caught; raises QueryError pointing at the character."""
    seen_by.require("watch.read")
    return preview_of(query, seen_by.workspace_id)


def preview_of(query: str, workspace_id: int) -> Preview:
    """The same for the operator of the machine."""
    tree = parse(query)
    may_match, matcher = sieve(tree), Matcher({0: tree}, {})
    kept = queries.public_mentions(workspace_id)
    recent = kept.values_list("pk", "text", "identity__handle", "lang", "channel__kind")
    looked_at, caught = 0, []
    for id_, text, author, lang, network in recent[:RECENT].iterator():
        looked_at += 1
        if not may_match(text):
            continue
        post = MatchablePost(text=text, author=author, lang=lang, network=network)
        if matcher.match(post):
            caught.append((id_, post))
    newest = dict(caught[:EXAMPLES])
    found = kept.filter(pk__in=newest)
    examples = [Example(mention, tuple(explain(tree, newest[mention.pk]))) for mention in found]
    return Preview(looked_at, len(caught), tuple(examples))
