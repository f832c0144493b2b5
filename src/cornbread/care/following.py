"""Following up on messages: replies that were sent, posts that were edited or taken back."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from cornbread.care.domain.timeline import AboutMessage, EntryKind, stored_form
from cornbread.care.events import ConversationChanged, ConversationsChanged
from cornbread.care.models import Conversation, Entry
from cornbread.care.posts import Post
from cornbread.care.recognising import heard_entry
from cornbread.care.refreshing import refresh
from cornbread.care.turns import take_turns, take_turns_of
from cornbread.foundation.outbox import emit
from cornbread.listening.details import FIRST_VERSION
from cornbread.listening.models import Mention, Payload
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
    take_turns(delivery.workspace_id, [delivery.channel.source])
    conversation = Conversation.objects.filter(
        pk=int(number), workspace_id=delivery.workspace_id
    ).first()
    if conversation is None:
        return
    conversation = conversation.merged_into or conversation
    if Entry.objects.filter(delivery=delivery).exists():
        return
    entry = _heard(delivery, conversation) or Entry(
        workspace_id=delivery.workspace_id,
        conversation=conversation,
        kind=EntryKind.MESSAGE_OUT,
        at=delivery.sent_at or delivery.created_at,
        visibility=delivery.visibility,
        **_name(delivery),
    )
    entry.delivery, entry.channel = delivery, delivery.channel
    # What a rule sent with somebody's rights is not their answer, and no human's.
    entry.member_id = None if delivery.automation else delivery.by_id
    entry.human = not delivery.automation
    entry.details |= delivery.automation
    entry.save()
    refresh([entry.conversation_id])
    emit(
        ConversationChanged(
            workspace_id=delivery.workspace_id,
            conversation_id=entry.conversation_id,
            what=EntryKind.MESSAGE_OUT,
            by=entry.member_id,
            entry_id=entry.pk,
            chain=tuple(delivery.automation.get("chain", ())),
        )
    )


def _heard(delivery: Delivery, conversation: Conversation) -> Entry | None:
    """The entry of a reply that the network told us of before we knew that it was sent."""
    if not delivery.external_id:
        return heard_entry(delivery, conversation)
    return Entry.objects.filter(
        workspace_id=delivery.workspace_id,
        source=delivery.channel.source,
        external_id=delivery.external_id,
        delivery=None,
    ).first()


def _name(delivery: Delivery) -> dict[str, Any]:
    """What makes the entry findable when the reply is heard; nothing where that is taken."""
    name = {"source": delivery.channel.source, "external_id": delivery.external_id}
    same = Entry.objects.filter(workspace_id=delivery.workspace_id, **name)
    if not delivery.external_id or same.exists():
        return {}
    heard = Mention.objects.filter(workspace_id=delivery.workspace_id, ours=True, **name).first()
    return {**name, "mention": heard}


@transaction.atomic
def note_changed_messages(workspace_id: int, mention_ids: Iterable[int], *, deleted: bool) -> None:
    """Say in the timeline that messages were edited or deleted; their words live in the mention."""
    mention_ids = list(mention_ids)
    take_turns_of(workspace_id, mention_ids)
    mentions = list(
        kept_mentions(mention_ids)
        .filter(workspace_id=workspace_id, entry__isnull=False)
        .select_related("identity", "entry__conversation")
        .prefetch_related(Prefetch("payloads", Payload.objects.defer("body")))
    )
    kind = EntryKind.MESSAGE_DELETED if deleted else EntryKind.MESSAGE_EDITED
    noted = _noted(kind, [mention.entry.conversation_id for mention in mentions])
    new = []
    for mention in mentions:
        about = stored_form(AboutMessage(entry_id=mention.entry.pk))
        times = _deleted_at(mention) if deleted else edits_of(mention)
        new += [
            _change(mention, kind, at, about) for at in times if (mention.entry.pk, at) not in noted
        ]
    Entry.objects.bulk_create(new)
    touched = {entry.conversation_id for entry in new}
    refresh(touched)
    tell(workspace_id, touched, kind)


def note_late_changes(posts: Iterable[Post]) -> None:
    """The same for messages that were changed before they were put into their conversation."""
    changed: dict[tuple[int, bool], list[int]] = {}
    for post in posts:
        if post.edited_at is not None:
            changed.setdefault((post.workspace_id, False), []).append(post.id)
        if post.deleted_at is not None:
            changed.setdefault((post.workspace_id, True), []).append(post.id)
    for (workspace_id, deleted), ids in changed.items():
        note_changed_messages(workspace_id, ids, deleted=deleted)


def edits_of(mention: Mention) -> list[datetime]:
    """When a message was edited, as far as an earlier version of it was kept."""
    versions = sorted({payload.version for payload in mention.payloads.all()} - {FIRST_VERSION})
    times = [datetime.fromisoformat(version) for version in versions]
    whole = any(payload.version == FIRST_VERSION for payload in mention.payloads.all())
    return times if whole else times[1:]


def _deleted_at(mention: Mention) -> list[datetime]:
    return [mention.deleted_at] if mention.deleted_at else []


def _noted(kind: EntryKind, conversation_ids: Iterable[int]) -> set[tuple[int, datetime]]:
    found = Entry.objects.filter(conversation__in=set(conversation_ids), kind=kind)
    return {(entry.details.get("entry_id"), entry.at) for entry in found}


def _change(mention: Mention, kind: EntryKind, at: datetime, about: dict[str, Any]) -> Entry:
    return Entry(
        workspace_id=mention.workspace_id,
        conversation=mention.entry.conversation,
        kind=kind,
        at=at,
        identity=mention.identity,
        human=False,
        details=about,
    )


def tell(
    workspace_id: int,
    conversation_ids: Collection[int],
    what: str,
    *,
    entry_ids: Iterable[int] = (),
    opened: Iterable[int] = (),
) -> None:
    """Tell everybody, in one event, that the same happened in these conversations."""
    if conversation_ids:
        emit(
            ConversationsChanged(
                workspace_id=workspace_id,
                conversation_ids=tuple(sorted(conversation_ids)),
                what=what,
                entry_ids=tuple(entry_ids),
                opened=tuple(opened),
            )
        )
