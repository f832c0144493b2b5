"""Putting mentions into conversations: one customer with us along one reply chain.

Runs as often and in whatever order events arrive: it always works from what the mentions say
now, and unique keys make a repeat harmless.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from cornbread.care.domain.timeline import EntryKind
from cornbread.care.events import ConversationChanged
from cornbread.care.models import Conversation, Entry, Strand
from cornbread.care.refreshing import refresh
from cornbread.foundation import clock
from cornbread.foundation.db import serialise
from cornbread.foundation.outbox import emit
from cornbread.listening import queries as listening
from cornbread.listening.models import Mention
from cornbread.people.models import Identity

Key = tuple[str, str, int]
"""Source, root of the reply chain, identity of the customer."""

#: A direct message within so long after a conversation was resolved goes on with it.
SAME_CASE = timedelta(days=7)


@transaction.atomic
def file_mentions(
    workspace_id: int, mention_ids: Iterable[int], *, wanted: bool = False
) -> list[int]:
    """Add these mentions to the conversations they belong to; return the conversations' ids.

    ``wanted`` opens conversations also for posts that only a listening stream was to show.
    """
    # The turn is taken before anything is read, so that roots cannot move in between.
    serialise("care.file", workspace_id)
    mentions = list(listening.kept_mentions(mention_ids).filter(workspace_id=workspace_id))
    placed = _customers_posts(mentions)
    strands = _strands(workspace_id, [key for _, key in placed])
    opening = {key: post for post, key in placed if key not in strands and (wanted or _opens(post))}
    strands |= _open(workspace_id, opening)
    placed += _earlier_posts(workspace_id, opening, {post.pk for post, _ in placed})
    filed = [(post, strands[key]) for post, key in placed if key in strands]
    touched = _add_entries(filed)
    refresh(touched)
    _tell(workspace_id, touched)
    return sorted({conversation.pk for _, conversation in filed})


def _customers_posts(mentions: Sequence[Mention]) -> list[tuple[Mention, Key]]:
    """Each mention with the key of its conversation, where it has one."""
    anchors = listening.anchors_of(mentions)
    placed = []
    for mention in mentions:
        customers: Mention | None = mention
        if mention.ours:
            customers = anchors.get((mention.workspace_id, mention.source, mention.anchor))
        if customers is not None and not customers.ours:
            placed.append((mention, (mention.source, customers.root, customers.identity_id)))
        elif mention.ours and mention.visibility == "direct" and not mention.anchor:
            placed += _unasked(mention)
    return placed


def _unasked(mention: Mention) -> list[tuple[Mention, Key]]:
    """A direct message of ours that answers no post goes to the case of whom it addresses."""
    if len(mention.addressed_to) != 1:
        return []
    latest = (
        Strand.objects.filter(workspace_id=mention.workspace_id, source=mention.source)
        .filter(identity__handle__iexact=mention.addressed_to[0])
        .order_by("-conversation__last_at", "-pk")
        .first()
    )
    return [(mention, (latest.source, latest.root, latest.identity_id))] if latest else []


def _opens(post: Mention) -> bool:
    """Posts meant for us open a conversation, and so does our own answer to anybody."""
    return post.for_inbox or post.ours


def _strands(workspace_id: int, keys: Sequence[Key]) -> dict[Key, Conversation]:
    found: dict[Key, Conversation] = {}
    roots = sorted({root for _, root, _ in keys})
    for start in range(0, len(roots), 900):
        strands = Strand.objects.select_related("conversation").filter(
            workspace_id=workspace_id, root__in=roots[start : start + 900]
        )
        for one in strands:
            found[(one.source, one.root, one.identity_id)] = one.conversation
    return found


def _open(workspace_id: int, opening: dict[Key, Mention]) -> dict[Key, Conversation]:
    """Conversations for new strands: direct messages go on with a case there already is."""
    opened: dict[Key, Conversation] = {}
    fresh: dict[Key, Conversation] = {}
    for key, post in opening.items():
        conversation = _ongoing(post) if post.visibility == "direct" and not post.ours else None
        if conversation is None:
            conversation = fresh[key] = _conversation(workspace_id, key, post)
        opened[key] = conversation
    Conversation.objects.bulk_create(fresh.values())
    Strand.objects.bulk_create(
        Strand(
            workspace_id=workspace_id,
            conversation=conversation,
            source=source,
            root=root,
            identity_id=identity_id,
        )
        for (source, root, identity_id), conversation in opened.items()
    )
    return opened


def _conversation(workspace_id: int, key: Key, post: Mention) -> Conversation:
    customer = Identity.objects.get(pk=key[2]) if post.ours else post.identity
    return Conversation(
        workspace_id=workspace_id,
        channel=post.channel,
        person_id=customer.person_id,
        identity=customer,
        created_at=clock.now(),
    )


def _ongoing(post: Mention) -> Conversation | None:
    recent = Q(status="resolved", last_at__gte=post.posted_at - SAME_CASE)
    return (
        Conversation.objects.filter(
            workspace_id=post.workspace_id,
            identity_id=post.identity_id,
            channel_id=post.channel_id,
            merged_into=None,
        )
        .filter(~Q(status="resolved") | recent)
        .order_by("-last_at", "-pk")
        .first()
    )


def _earlier_posts(
    workspace_id: int, opening: dict[Key, Mention], already: set[int]
) -> list[tuple[Mention, Key]]:
    """Posts of the same customer in the same thread that were kept without a conversation."""
    found = []
    keys = list(opening)
    for start in range(0, len(keys), 400):
        chunk = keys[start : start + 400]
        posts = Mention.objects.select_related("identity", "channel").filter(
            workspace_id=workspace_id,
            root__in={root for _, root, _ in chunk},
            identity_id__in={identity for _, _, identity in chunk},
            entry=None,
        )
        for post in posts:
            key = (post.source, post.root, post.identity_id)
            if key in opening and post.pk not in already:
                found.append((post, key))
    return found


def _add_entries(filed: Sequence[tuple[Mention, Conversation]]) -> set[int]:
    """An entry for each mention that has none; a reply we sent ourselves has one already."""
    done = set(
        Entry.objects.filter(mention__in=[post.pk for post, _ in filed]).values_list(
            "mention_id", flat=True
        )
    )
    ours = [post for post, _ in filed if post.ours and post.pk not in done]
    sent = {
        (entry.source, entry.external_id): entry
        for entry in Entry.objects.filter(
            workspace_id__in={post.workspace_id for post in ours},
            external_id__in=[post.external_id for post in ours],
        )
    }
    new, touched = [], set()
    for post, conversation in filed:
        if post.pk in done:
            continue
        known = sent.get((post.source, post.external_id))
        if known is not None:
            known.mention = post
            known.save(update_fields=["mention"])
            continue
        new.append(_entry(post, conversation))
        touched.add(conversation.pk)
    Entry.objects.bulk_create(new)
    return touched


def _entry(post: Mention, conversation: Conversation) -> Entry:
    return Entry(
        workspace_id=post.workspace_id,
        conversation=conversation,
        kind=EntryKind.MESSAGE_OUT if post.ours else EntryKind.MESSAGE_IN,
        at=post.posted_at,
        visibility=post.visibility,
        human=not (post.ours and post.identity.automated),
        channel=post.channel,
        identity_id=post.identity_id,
        mention=post,
        source=post.source,
        external_id=post.external_id,
    )


def _tell(workspace_id: int, touched: Iterable[int]) -> None:
    for conversation_id in sorted(touched):
        emit(
            ConversationChanged(
                workspace_id=workspace_id, conversation_id=conversation_id, what="message"
            )
        )
