"""Putting mentions into conversations: one customer with us along one reply chain.

Runs as often and in whatever order events arrive: it always works from what the mentions say
now, and unique keys make a repeat harmless. Posts come by the thousand, so every step is for all
of them at once, and what a conversation shows is worked out before it is written.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from cornbread.care.entering import enter
from cornbread.care.following import note_late_changes, tell
from cornbread.care.models import Strand
from cornbread.care.ongoing import OngoingCases
from cornbread.care.posts import (
    Case,
    Filed,
    Key,
    Post,
    posts_answered,
    posts_left,
    posts_named,
)
from cornbread.care.turns import take_turns_of
from cornbread.foundation.lookups import keyed
from cornbread.listening.models import Mention

Placed = list[tuple[Post, Key]]


@transaction.atomic
def file_mentions(
    workspace_id: int, mention_ids: Iterable[int], *, wanted: bool = False
) -> list[int]:
    """Add these mentions to the conversations they belong to; return the conversations' ids.

    ``wanted`` opens conversations also for posts that only a listening stream was to show.
    """
    # The turn is taken before anything is read, so that roots cannot move in between.
    mention_ids = list(mention_ids)
    take_turns_of(workspace_id, mention_ids)
    posts = posts_named(workspace_id, mention_ids)
    filed = _file(workspace_id, *_placed(workspace_id, posts), wanted=wanted)
    # What nobody asked for goes to a case there already is, if only since a moment ago.
    if unasked := _unasked(workspace_id, posts):
        filed += _file(workspace_id, unasked, {}, wanted=wanted)
    return sorted({one.case.id for one in filed})


def _file(
    workspace_id: int, placed: Placed, people: Mapping[int, int], *, wanted: bool
) -> list[Filed]:
    """Add posts whose place is known; ``people`` has the persons of the customers."""
    cases = _known(workspace_id, placed)
    opening = _opening(placed, cases, wanted=wanted)
    opened = _opened(workspace_id, opening, people)
    cases |= opened
    already = {post.id for post, _ in placed}
    earlier = posts_left(workspace_id, opening)
    placed += [(post, post.key) for post in earlier if post.id not in already]
    filed = [Filed(post, cases[key]) for post, key in placed if key in cases]
    entered = enter(workspace_id, filed, opened)
    tell(
        workspace_id,
        entered.touched,
        "message",
        entry_ids=entered.entry_ids,
        opened=entered.begun,
    )
    note_late_changes([one.post for one in filed])
    return filed


def _placed(workspace_id: int, posts: Sequence[Post]) -> tuple[Placed, dict[int, int]]:
    """Each post with the key of its conversation, where it has one; and who the customers are."""
    answered = posts_answered(workspace_id, [post for post in posts if post.ours])
    placed: Placed = []
    people: dict[int, int] = {}
    for post in posts:
        customers = answered.get((post.source, post.anchor)) if post.ours else post
        if customers is not None and not customers.ours:
            placed.append((post, customers.key))
            people[customers.identity_id] = customers.person_id
    return placed, people


def _unasked(workspace_id: int, posts: Sequence[Post]) -> Placed:
    """Direct messages of ours that answer no post go to the case of whom each addresses."""
    unasked = [post for post in posts if post.unasked]
    if not unasked:
        return []
    mentions = Mention.objects.filter(pk__among=[post.id for post in unasked])
    said_to = dict(mentions.values_list("pk", "addressed_to"))
    placed = []
    for post in unasked:
        if len(said_to[post.id]) != 1:
            continue
        latest = (
            Strand.objects.filter(workspace_id=workspace_id, source=post.source)
            .filter(identity__handle__iexact=said_to[post.id][0])
            .order_by("-conversation__last_at", "-pk")
            .first()
        )
        if latest is not None:
            placed.append((post, (latest.source, latest.root, latest.identity_id)))
    return placed


def _opening(placed: Placed, cases: Mapping[Key, Case], *, wanted: bool) -> dict[Key, Post]:
    """The post that opens each new strand: the customer's earliest, or else ours."""
    opening: dict[Key, Post] = {}
    for post, key in placed:
        # Posts meant for us open a conversation, and so does our own answer to anybody.
        if key in cases or not (wanted or post.for_inbox or post.ours):
            continue
        if key not in opening or (opening[key].ours and not post.ours):
            opening[key] = post
    return opening


def _known(workspace_id: int, placed: Placed) -> dict[Key, Case]:
    """The conversations that some of the keys have already."""
    keys = {key for _, key in placed}
    scope = {"workspace_id": workspace_id, "source": list({source for source, _, _ in keys})}
    theirs = keyed(Strand, "root", {root for _, root, _ in keys}, **scope)
    strands = Strand.objects.filter(theirs).values_list(
        "source", "root", "identity_id", "conversation_id"
    )
    cases: dict[int, Case] = {}
    found: dict[Key, Case] = {}
    for source, root, identity_id, id_ in strands:
        found[source, root, identity_id] = cases.setdefault(id_, Case(id_))
    return found


def _opened(
    workspace_id: int, opening: Mapping[Key, Post], people: Mapping[int, int]
) -> dict[Key, Case]:
    """Conversations for new strands: direct messages go on with a case there already is."""
    opened: dict[Key, Case] = {}
    cases = OngoingCases(workspace_id, opening.values())
    for key, post in opening.items():
        case = cases.of(post)
        if case is None:
            identity_id = key[2]
            case = Case(
                channel_id=post.channel_id,
                person_id=people[identity_id],
                identity_id=identity_id,
                new=True,
            )
            cases.begin(case)
        opened[key] = case
    return opened


def file_left_over(workspace_id: int, source: str, roots: Iterable[str]) -> None:
    """Posts kept without a conversation join the one that their thread turned out to have."""
    theirs = keyed(Strand, "root", set(roots), workspace_id=workspace_id, source=source)
    found = Strand.objects.filter(theirs).values_list("root", "identity_id")
    left_over = posts_left(
        workspace_id, [(source, root, identity_id) for root, identity_id in found]
    )
    if left_over:
        file_mentions(workspace_id, [post.id for post in left_over])
