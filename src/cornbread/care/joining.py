"""When reply chains turn out to be one thread, the conversations of a customer in it become one."""

from collections.abc import Iterable

from django.db import transaction

from cornbread.care.domain.timeline import EntryKind
from cornbread.care.events import ConversationsMerged
from cornbread.care.models import Conversation, Entry, Presence, Strand
from cornbread.care.refreshing import refresh
from cornbread.foundation import clock
from cornbread.foundation.db import serialise
from cornbread.foundation.outbox import emit


@transaction.atomic
def join_threads(workspace_id: int, source: str, moves: Iterable[tuple[str, str]]) -> None:
    """Follow roots that moved; safe to repeat, because a moved strand is no longer found."""
    serialise("care.file", workspace_id)
    for old, new in moves:
        strands = Strand.objects.select_related("conversation").filter(
            workspace_id=workspace_id, source=source, root=old
        )
        for strand in strands:
            _move(strand, new)


def _move(strand: Strand, root: str) -> None:
    other = (
        Strand.objects.select_related("conversation")
        .filter(
            workspace_id=strand.workspace_id,
            source=strand.source,
            root=root,
            identity_id=strand.identity_id,
        )
        .first()
    )
    if other is None:
        strand.root = root
        strand.save(update_fields=["root"])
        return
    first, second = strand.conversation, other.conversation
    strand.delete()
    if first.pk != second.pk:
        merge(*sorted((first, second), key=lambda one: one.pk))


def merge(kept: Conversation, gone: Conversation) -> None:
    """Move everything of ``gone`` into ``kept``; the empty one points there for old links."""
    Strand.objects.filter(conversation=gone).update(conversation=kept)
    Entry.objects.filter(conversation=gone).update(conversation=kept)
    Presence.objects.filter(conversation=gone).delete()
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
    emit(
        ConversationsMerged(
            workspace_id=kept.workspace_id, conversation_id=kept.pk, merged_id=gone.pk
        )
    )
    refresh([kept.pk])
