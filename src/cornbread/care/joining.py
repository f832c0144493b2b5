"""When reply chains turn out to be one thread, the conversations of a customer in it become one."""

from collections.abc import Iterable

from django.db import transaction

from cornbread.care.domain.timeline import EntryKind
from cornbread.care.events import ConversationsMerged
from cornbread.care.filing import file_left_over
from cornbread.care.following import context_of
from cornbread.care.models import Conversation, Entry, Presence, Strand
from cornbread.care.promising import join_promises
from cornbread.care.refreshing import refresh
from cornbread.care.turns import take_turns
from cornbread.foundation import clock
from cornbread.foundation.outbox import emit
from cornbread.listening import queries as listening
from cornbread.outbound.actions import join_contexts


@transaction.atomic
def join_threads(workspace_id: int, source: str, moves: Iterable[tuple[str, str]]) -> None:
    """Follow roots that moved; safe to repeat, because a moved strand is no longer found."""
    take_turns(workspace_id, [source])
    # Moves may be followed in another order than they were made; the posts know how it ended.
    ends = dict(moves)
    roots = listening.roots_of(workspace_id, source, {*ends, *ends.values()})
    # A root that was never heard itself cannot know, but where it moved to can.
    to = {old: roots.get(old) or roots.get(new, new) for old, new in ends.items()}
    here = Strand.objects.filter(workspace_id=workspace_id, source=source)
    taken = set(here.filter(root__in=set(to.values())).values_list("root", "identity_id"))
    free: list[Strand] = []
    colliding: list[Strand] = []
    for strand in here.filter(root__in=list(to)).order_by("pk"):
        place = (to[strand.root], strand.identity_id)
        (colliding if place in taken else free).append(strand)
        taken.add(place)
    colliding = [strand for strand in colliding if to[strand.root] != strand.root]
    for strand in free:
        strand.root = to[strand.root]
    Strand.objects.bulk_update(free, ["root"])
    for strand in colliding:
        _unite(strand.pk, to[strand.root])
    file_left_over(workspace_id, source, to.values())


def _unite(strand_id: int, root: str) -> None:
    """A strand that arrives where the customer has one already: their conversations become one."""
    # Read anew, because a merge just before may have moved it.
    strands = Strand.objects.select_related("conversation")
    strand = strands.get(pk=strand_id)
    other = strands.get(
        workspace_id=strand.workspace_id,
        source=strand.source,
        root=root,
        identity_id=strand.identity_id,
    )
    first, second = sorted((strand.conversation, other.conversation), key=lambda one: one.pk)
    strand.delete()
    if first.pk != second.pk:
        merge(first, second)


def merge(kept: Conversation, gone: Conversation) -> None:
    """Move everything of ``gone`` into ``kept``; the empty one points there for old links."""
    Strand.objects.filter(conversation=gone).update(conversation=kept)
    Entry.objects.filter(conversation=gone).update(conversation=kept)
    Presence.objects.filter(conversation=gone).delete()
    join_contexts(context_of(gone.pk), context_of(kept.pk), workspace_id=kept.workspace_id)
    kept.labels.add(*gone.labels.all())
    Conversation.objects.filter(merged_into=gone).update(merged_into=kept)
    if kept.assignee_id is None and gone.assignee_id is not None:
        kept.assignee_id, kept.team_id = gone.assignee_id, gone.team_id
        kept.save(update_fields=["assignee", "team"])
    gone.merged_into = kept
    gone.status = Conversation.Status.RESOLVED
    gone.save(update_fields=["merged_into", "status"])
    Entry.objects.create(
        workspace_id=kept.workspace_id,
        conversation=kept,
        kind=EntryKind.MERGED,
        at=clock.now(),
        human=False,
        details={"conversation": gone.pk},
    )
    join_promises(gone.pk, kept.pk)
    emit(
        ConversationsMerged(
            workspace_id=kept.workspace_id, conversation_id=kept.pk, merged_id=gone.pk
        )
    )
    refresh([kept.pk])
