"""Adding to a timeline, which is how everything about a conversation changes."""

from datetime import datetime
from typing import Any

from cornbread.care.domain.timeline import Details, EntryKind, stored_form
from cornbread.care.events import ConversationChanged
from cornbread.care.models import Conversation, Entry
from cornbread.care.refreshing import refresh
from cornbread.foundation import clock
from cornbread.foundation.outbox import emit
from cornbread.team.models import Member


def add_entry(
    conversation: Conversation,
    kind: EntryKind,
    *,
    by: Member | None,
    at: datetime | None = None,
    text: str = "",
    details: Details | None = None,
    **columns: Any,
) -> Entry:
    """Append to the timeline, refresh what is worked out from it, and tell everybody.

    What a rule did with somebody's rights is the rule's doing, and no human's.
    """
    rule = by.automation if by else None
    doer = None if rule else by
    entry = Entry.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        kind=kind,
        at=at or clock.now(),
        member=doer,
        human=doer is not None,
        text=text,
        details=stored_form(details) | (rule.mark() if rule else {}),
        **columns,
    )
    refresh([conversation.pk])
    conversation.refresh_from_db()
    emit(
        ConversationChanged(
            workspace_id=conversation.workspace_id,
            conversation_id=conversation.pk,
            what=kind,
            by=doer.pk if doer else None,
            entry_id=entry.pk,
            chain=rule.chain if rule else (),
        )
    )
    return entry
