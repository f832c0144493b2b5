"""Following up on messages: replies that were sent, posts that were edited or taken back."""

from collections.abc import Iterable

from django.db import transaction

from cornbread.care.domain.timeline import AboutMessage, EntryKind, stored_form
from cornbread.care.events import ConversationChanged
from cornbread.care.models import Conversation, Entry
from cornbread.care.refreshing import refresh
from cornbread.foundation.db import serialise
from cornbread.foundation.outbox import emit
from cornbread.listening.queries import kept_mentions
from cornbread.outbound.models import Delivery


def context_of(conversation_id: int) -> str:
    """How drafts and deliveries name a conversation."""
    return f"conversation:{conversation_id}"


@transaction.atomic
def enter_sent(delivery_id: int) -> None:
    """Add a sent reply to the timeline, once, also when the network told us of it first."""
    delivery = Delivery.objects.select_related("channel").get(pk=delivery_id)
    kind, _, number = delivery.context.partition(":")
    if kind != "conversation":
        return
    serialise("care.file", delivery.workspace_id)
    conversation = Conversation.objects.filter(
        pk=int(number), workspace_id=delivery.workspace_id
    ).first()
    if conversation is None:
        return
    conversation = conversation.merged_into or conversation
    entry = _entry_of(delivery)
    if entry is not None and entry.delivery_id == delivery.pk:
        return
    if entry is None:
        entry = Entry(
            workspace_id=delivery.workspace_id,
            conversation=conversation,
            kind=EntryKind.MESSAGE_OUT,
            at=delivery.sent_at or delivery.created_at,
            visibility=delivery.visibility,
            source=delivery.channel.source if delivery.external_id else "",
            external_id=delivery.external_id,
        )
    entry.delivery, entry.member_id, entry.channel = delivery, delivery.by_id, delivery.channel
    entry.human = True
    entry.save()
    refresh([entry.conversation_id])
    _tell(conversation, EntryKind.MESSAGE_OUT, by=delivery.by_id)


def _entry_of(delivery: Delivery) -> Entry | None:
    mine = Entry.objects.filter(delivery=delivery).first()
    if mine is not None or not delivery.external_id:
        return mine
    return Entry.objects.filter(
        workspace_id=delivery.workspace_id,
        source=delivery.channel.source,
        external_id=delivery.external_id,
    ).first()


@transaction.atomic
def note_changed_messages(workspace_id: int, mention_ids: Iterable[int], *, deleted: bool) -> None:
    """Say in the timeline that messages were edited or deleted; their words live in the mention."""
    serialise("care.file", workspace_id)
    mentions = kept_mentions(mention_ids).filter(workspace_id=workspace_id, entry__isnull=False)
    kind = EntryKind.MESSAGE_DELETED if deleted else EntryKind.MESSAGE_EDITED
    touched = set()
    for mention in mentions.select_related("entry__conversation"):
        at = mention.deleted_at if deleted else mention.edited_at
        message = mention.entry
        if at is None:
            continue
        Entry.objects.get_or_create(
            workspace_id=workspace_id,
            conversation=message.conversation,
            kind=kind,
            at=at,
            identity=mention.identity,
            details=stored_form(AboutMessage(entry_id=message.pk)),
            defaults={"human": False},
        )
        touched.add(message.conversation)
    refresh([conversation.pk for conversation in touched])
    for conversation in touched:
        _tell(conversation, kind, by=None)


def _tell(conversation: Conversation, what: str, *, by: int | None) -> None:
    emit(
        ConversationChanged(
            workspace_id=conversation.workspace_id,
            conversation_id=conversation.pk,
            what=what,
            by=by,
        )
    )
