"""Putting mentions into conversations: one customer with us along one reply chain.

Runs as often and in whatever order events arrive: it always works from what the mentions say
now, and unique keys make a repeat harmless.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import transaction

from cornbread.care.domain.timeline import EntryKind
from cornbread.care.events import ConversationChanged
from cornbread.care.following import note_late_changes
from cornbread.care.models import Conversation, Entry, Strand
from cornbread.care.ongoing import OngoingCases
from cornbread.care.recognising import sent_entries
from cornbread.care.refreshing import refresh
from cornbread.foundation import clock
from cornbread.foundation.db import serialise
from cornbread.foundation.outbox import emit_all
from cornbread.listening import queries as listening
from cornbread.listening.models import Mention
from cornbread.people.models import Identity

Key = tuple[str, str, int]
"""Source, root of the reply chain, identity of the customer."""

#: Databases limit the values of one statement.
CHUNK = 400


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
    opening = _opening(placed, strands, wanted=wanted)
    strands |= _open(workspace_id, opening)
    placed += _earlier_posts(workspace_id, opening, {post.pk for post, _ in placed})
    filed = [(post, strands[key]) for post, key in placed if key in strands]
    touched = _add_entries(workspace_id, filed)
    refresh(touched)
    _tell(workspace_id, touched)
    note_late_changes([post for post, _ in filed])
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


def _opening(
    placed: Sequence[tuple[Mention, Key]], strands: Mapping[Key, Conversation], *, wanted: bool
) -> dict[Key, Mention]:
    """The post that opens each new strand: the customer's earliest, or else ours."""
    opening: dict[Key, Mention] = {}
    for post, key in placed:
        # Posts meant for us open a conversation, and so does our own answer to anybody.
        if key in strands or not (wanted or post.for_inbox or post.ours):
            continue
        if key not in opening or (opening[key].ours and not post.ours):
            opening[key] = post
    return opening


def _strands(workspace_id: int, keys: Sequence[Key]) -> dict[Key, Conversation]:
    found: dict[Key, Conversation] = {}
    sources, roots = {source for source, _, _ in keys}, sorted({root for _, root, _ in keys})
    for start in range(0, len(roots), CHUNK):
        strands = Strand.objects.select_related("conversation").filter(
            workspace_id=workspace_id, source__in=sources, root__in=roots[start : start + CHUNK]
        )
        for one in strands:
            found[(one.source, one.root, one.identity_id)] = one.conversation
    return found


def _open(workspace_id: int, opening: Mapping[Key, Mention]) -> dict[Key, Conversation]:
    """Conversations for new strands: direct messages go on with a case there already is."""
    opened: dict[Key, Conversation] = {}
    customers = Identity.objects.in_bulk([identity_id for _, _, identity_id in opening])
    cases = OngoingCases(workspace_id, opening.values())
    for key, post in opening.items():
        conversation = cases.of(post)
        if conversation is None:
            conversation = _conversation(workspace_id, customers[key[2]], post)
            cases.begin(conversation)
        opened[key] = conversation
    Conversation.objects.bulk_create(one for one in cases.begun)
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


def _conversation(workspace_id: int, customer: Identity, post: Mention) -> Conversation:
    return Conversation(
        workspace_id=workspace_id,
        channel_id=post.channel_id,
        person_id=customer.person_id,
        identity=customer,
        created_at=clock.now(),
    )


def _earlier_posts(
    workspace_id: int, opening: Collection[Key], already: set[int]
) -> list[tuple[Mention, Key]]:
    """Posts of the same customer in the same thread that were kept without a conversation."""
    found = []
    keys = list(opening)
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        posts = Mention.objects.select_related("identity").filter(
            workspace_id=workspace_id,
            source__in={source for source, _, _ in chunk},
            root__in={root for _, root, _ in chunk},
            identity_id__in={identity for _, _, identity in chunk},
            ours=False,
            entry=None,
        )
        for post in posts:
            key = (post.source, post.root, post.identity_id)
            if key in opening and post.pk not in already:
                found.append((post, key))
    return found


def file_left_over(workspace_id: int, source: str, roots: Iterable[str]) -> None:
    """Posts kept without a conversation join the one that their thread turned out to have."""
    strands = Strand.objects.filter(workspace_id=workspace_id, source=source)
    keys = [
        (source, root, identity_id)
        for root, identity_id in strands.filter(root__in=list(roots)).values_list(
            "root", "identity_id"
        )
    ]
    left_over = _earlier_posts(workspace_id, set(keys), set())
    if left_over:
        file_mentions(workspace_id, [post.pk for post, _ in left_over])


def _add_entries(workspace_id: int, filed: Sequence[tuple[Mention, Conversation]]) -> set[int]:
    """An entry for each mention that has none; a reply we sent ourselves has one already."""
    mentions = [post.pk for post, _ in filed]
    done = set(Entry.objects.filter(mention__in=mentions).values_list("mention_id", flat=True))
    filed = [(post, conversation) for post, conversation in filed if post.pk not in done]
    sent = sent_entries(workspace_id, filed)
    new, known = [], []
    for post, conversation in filed:
        entry = sent.get(post.pk)
        if entry is None:
            new.append(_entry(post, conversation))
        else:
            entry.mention, entry.source, entry.external_id = post, post.source, post.external_id
            known.append(entry)
    Entry.objects.bulk_create(new)
    Entry.objects.bulk_update(known, ["mention", "source", "external_id"])
    return {entry.conversation_id for entry in [*new, *known]}


def _entry(post: Mention, conversation: Conversation) -> Entry:
    return Entry(
        workspace_id=post.workspace_id,
        conversation=conversation,
        kind=EntryKind.MESSAGE_OUT if post.ours else EntryKind.MESSAGE_IN,
        at=post.posted_at,
        visibility=post.visibility,
        human=not (post.ours and post.identity.automated),
        channel_id=post.channel_id,
        identity_id=post.identity_id,
        mention=post,
        source=post.source,
        external_id=post.external_id,
    )


def _tell(workspace_id: int, touched: Iterable[int]) -> None:
    emit_all(
        [
            ConversationChanged(workspace_id=workspace_id, conversation_id=id_, what="message")
            for id_ in sorted(touched)
        ]
    )
