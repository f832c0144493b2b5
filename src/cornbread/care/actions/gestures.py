"""Answering without words: a favourite, a boost, a follow."""

from cornbread.care import queries
from cornbread.care.following import context_of
from cornbread.foundation.errors import NotFound
from cornbread.listening.models import Mention
from cornbread.outbound import gestures
from cornbread.outbound.models import Gesture
from cornbread.team.models import Member


def gesture(conversation_id: int, entry_id: int, kind: str, *, by: Member) -> Gesture:
    """Favourite or boost a customer's message of this conversation, or follow who wrote it."""
    conversation = queries.conversation(conversation_id, seen_by=by)
    mention = (
        Mention.objects.select_related("channel", "identity")
        .filter(entry=entry_id, entry__conversation=conversation, ours=False, deleted_at=None)
        .first()
    )
    if mention is None:
        raise NotFound("There is no such message of the customer in this conversation.")
    return gestures.gesture(kind, mention=mention, by=by, context=context_of(conversation.pk))
