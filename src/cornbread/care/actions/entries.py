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
    """Append to the timeline, refresh what is worked out from it, and tell everybody."""
    entry = Entry.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        kind=kind,
        at=at or clock.now(),
        member=by,
        human=by is not None,
        text=text,
        details=stored_form(details),
        **columns,
    )
    refresh([conversation.pk])
    conversation.refresh_from_db()
    emit(
        ConversationChanged(
            workspace_id=conversation.workspace_id,
            conversation_id=conversation.pk,
            what=kind,
            by=by.pk if by else None,
        )
    )
    return entry
