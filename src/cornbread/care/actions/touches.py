"""Contact outside the text channels, and what is worth remembering."""

from datetime import datetime

from django.db import transaction

from cornbread.care import queries
from cornbread.care.actions.entries import add_entry
from cornbread.care.domain.timeline import (
    TOUCHES,
    ChannelReached,
    Details,
    EntryKind,
    MemoryUsed,
)
from cornbread.care.models import Conversation, Entry
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.people import actions as people
from cornbread.people.models import Memory
from cornbread.team.models import Member


@transaction.atomic
def record_touch(
    conversation_id: int,
    kind: str,
    *,
    by: Member,
    at: datetime | None = None,
    text: str = "",
    memory_id: int | None = None,
    identity_id: int | None = None,
) -> Entry:
    """Write down contact outside the text channels: a call, a visit, a memory that was used."""
    by.require("conversation.touch")
    conversation = queries.conversation(conversation_id, seen_by=by, lock=True)
    if kind not in TOUCHES:
        raise Invalid(f"Choose one of: {', '.join(sorted(TOUCHES))}.", fields={"kind": "Choose."})
    if at is not None and at > clock.now():
        raise Invalid("A touch is recorded after it happened.", fields={"at": "In the future."})
    details: Details | None = None
    if kind == EntryKind.MEMORY_USED:
        details = _memory_used(conversation, memory_id, text)
    elif kind == EntryKind.CHANNEL_REACHED:
        details = _channel_reached(conversation, identity_id)
    touch = EntryKind(kind)
    return add_entry(conversation, touch, by=by, at=at, text=text.strip()[:2000], details=details)


def _memory_used(conversation: Conversation, memory_id: int | None, text: str) -> MemoryUsed:
    memory = queries.memories_of(conversation).filter(pk=memory_id or 0).first()
    if memory is None:
        message = "Choose which memory of this person was used."
        raise Invalid(message, fields={"memory_id": message})
    return MemoryUsed(memory_id=memory.pk, learned_at=memory.learned_at, gesture=text.strip())


def _channel_reached(conversation: Conversation, identity_id: int | None) -> ChannelReached:
    identity = queries.identities_of(conversation).filter(pk=identity_id or 0).first()
    if identity is None:
        message = "Choose which account or address of this person was reached."
        raise Invalid(message, fields={"identity_id": message})
    return ChannelReached(
        network=identity.kind,
        identity_id=identity.pk,
        identity_linked_by_brand=identity.linked == identity.Linked.BRAND,
    )


def remember_from(
    conversation_id: int, text: str, *, by: Member, expires_at: datetime | None = None
) -> Memory:
    """Write a memory down where it was learned."""
    conversation = queries.conversation(conversation_id, seen_by=by)
    return people.remember(
        conversation.person_id,
        text,
        by=by,
        learned_from=f"conversation:{conversation.pk}",
        expires_at=expires_at,
    )
