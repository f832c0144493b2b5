"""Who looks at a conversation, so that two people do not answer it unknowingly."""

from django.db import transaction

from cornbread.care import queries
from cornbread.care.events import PresenceChanged
from cornbread.care.models import Presence
from cornbread.foundation import clock
from cornbread.foundation.outbox import emit
from cornbread.team.models import Member


@transaction.atomic
def look(conversation_id: int, *, by: Member, writing: bool = False) -> None:
    """Say that a member has the conversation open; tells colleagues only when that is news."""
    by.require("conversation.read")
    conversation = queries.conversation(conversation_id, seen_by=by)
    now = clock.now()
    before = Presence.objects.filter(conversation=conversation, member=by).first()
    news = before is None or before.writing != writing or now - before.seen_at > queries.PRESENT_FOR
    Presence.objects.update_or_create(
        conversation=conversation,
        member=by,
        defaults={"workspace_id": by.workspace_id, "seen_at": now, "writing": writing},
    )
    if news:
        emit(PresenceChanged(workspace_id=by.workspace_id, conversation_id=conversation.pk))


@transaction.atomic
def look_away(conversation_id: int, *, by: Member) -> None:
    """The member closed the conversation."""
    gone, _ = Presence.objects.filter(conversation_id=conversation_id, member=by).delete()
    if gone:
        emit(PresenceChanged(workspace_id=by.workspace_id, conversation_id=conversation_id))
