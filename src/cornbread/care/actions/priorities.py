"""How much a conversation matters."""

from django.db import transaction

from cornbread.care import queries
from cornbread.care.actions.entries import add_entry
from cornbread.care.domain.timeline import EntryKind, Prioritised, Priority
from cornbread.care.models import Conversation
from cornbread.foundation.errors import Invalid
from cornbread.team.models import Member


@transaction.atomic
def prioritise(conversation_id: int, priority: str, *, by: Member) -> Conversation:
    """Set the priority; policies may promise other times for it. The same again is no change."""
    by.require("conversation.label")
    conversation = queries.conversation(conversation_id, seen_by=by, lock=True)
    if priority not in set(Priority):
        message = f"Choose one of {', '.join(Priority)}."
        raise Invalid(message, code="no_such_priority", fields={"priority": message})
    if conversation.priority != priority:
        conversation.priority = priority
        conversation.save(update_fields=["priority"])
        details = Prioritised(to=Priority(priority))
        add_entry(conversation, EntryKind.PRIORITISED, by=by, details=details)
    return conversation
