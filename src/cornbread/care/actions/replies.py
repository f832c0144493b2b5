"""Answering: where a reply goes, what may be in its way, and that two do not do it at once."""

from dataclasses import dataclass

from django.db import transaction

from cornbread.care import queries
from cornbread.care.actions.conversations import resolve as resolve_conversation
from cornbread.care.actions.entries import add_entry
from cornbread.care.domain.timeline import Assigned, EntryKind
from cornbread.care.following import context_of
from cornbread.care.models import Conversation, Entry
from cornbread.care.refreshing import words_of
from cornbread.channels.domain.posts import Visibility
from cornbread.channels.models import Channel
from cornbread.foundation.errors import Invalid, Stale
from cornbread.listening.models import Mention
from cornbread.outbound import actions as outbound
from cornbread.outbound import queries as outbound_queries
from cornbread.outbound.checking import blocking
from cornbread.outbound.models import Delivery, Draft
from cornbread.outbound.values import sign as signed
from cornbread.people.models import Identity
from cornbread.team.models import Member

Mode = Visibility
"""A reply is public or direct."""

MESSAGES = (EntryKind.MESSAGE_IN, EntryKind.MESSAGE_OUT)


@dataclass(frozen=True)
class Target:
    """Where a reply would go: the post it answers, on which channel, to whom."""

    channel: Channel
    mode: Visibility
    in_reply_to: str
    recipient: Identity
    lang: str


def target_of(conversation: Conversation, mode: Visibility) -> Target:
    """The customer's newest post that fits; a direct reply may also answer a public post."""
    posts = Mention.objects.select_related("channel", "identity").filter(
        entry__conversation=conversation, ours=False, deleted_at=None
    )
    newest = posts.order_by("-posted_at", "-pk")
    same = newest.filter(visibility=mode).first()
    if same is None and mode == Visibility.PUBLIC and newest.exists():
        # Answering a private message in public would give away that it was written.
        raise Invalid("This customer wrote privately. Answer with a direct message.")
    post = same or newest.first()
    if post is None:
        raise Invalid("There is nothing left to answer: the customer took their messages back.")
    return Target(post.channel, mode, post.external_id, post.identity, post.lang)


@transaction.atomic
def reply(
    conversation_id: int,
    text: str,
    *,
    by: Member,
    basis: int,
    mode: Visibility = Visibility.PUBLIC,
    resolve: bool = False,
    idempotency_key: str = "",
    sign: bool = False,
) -> Delivery:
    """Queue a reply. ``basis`` is the id of the newest entry the author had seen.

    ``sign`` puts the member's signature, or the brand's, below it.
    Raises Stale, saying what changed, when somebody else answered or the customer wrote again.
    """
    by.require("conversation.reply")
    conversation = queries.conversation(conversation_id, seen_by=by, lock=True)
    target = target_of(conversation, mode)
    text = text.strip()
    if sign:
        text = signed(text, channel=target.channel.name, by=by)
    faults = blocking(text, channel=target.channel, to=target.recipient.handle)
    if faults:
        raise Invalid(faults[0].message, fields={"text": " ".join(one.message for one in faults)})
    if not idempotency_key or not outbound_queries.known_key(idempotency_key, seen_by=by):
        _refuse_stale(conversation, basis, by)
    delivery = outbound.submit(
        text,
        channel=target.channel,
        context=context_of(conversation.pk),
        by=by,
        visibility=mode,
        in_reply_to=target.in_reply_to,
        recipient=target.recipient,
        lang=target.lang,
        idempotency_key=idempotency_key,
    )
    _take(conversation, by)
    if resolve and conversation.status != Conversation.Status.RESOLVED:
        resolve_conversation(conversation.pk, by=by)
    return delivery


def _refuse_stale(conversation: Conversation, basis: int, by: Member) -> None:
    news = (
        Entry.objects.select_related("member__user", "identity", "mention", "delivery")
        .filter(conversation=conversation, kind__in=MESSAGES, pk__gt=basis)
        .exclude(member=by)
        .order_by("pk")
    )
    changes = [_what_changed(entry) for entry in news]
    under_way = outbound_queries.answers_under_way(context_of(conversation.pk), seen_by=by)
    # Sent, but not yet in the timeline, counts as well: nobody can have seen it there.
    changes += [
        f"{one.by} is already sending an answer: “{_short(one.text)}”"
        for one in under_way.filter(entry=None).exclude(by=by)
    ]
    if changes:
        raise Stale(
            "This conversation changed while you were writing. " + " ".join(changes),
            fields={"basis": str(conversation.last_entry_id)},
        )


def _what_changed(entry: Entry) -> str:
    words = _short(words_of(entry))
    if entry.kind == EntryKind.MESSAGE_IN:
        return f"{entry.identity} wrote: “{words}”"
    who = str(entry.member) if entry.member else "A colleague, outside Cornbread,"
    return f"{who} answered: “{words}”"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 120 else flat[:119] + "…"


def _take(conversation: Conversation, by: Member) -> None:
    """Who answers a conversation that nobody has takes it."""
    if conversation.assignee_id is None and by.automation is None:
        conversation.assignee = by
        conversation.save(update_fields=["assignee"])
        details = Assigned(member_id=by.pk, team_id=conversation.team_id)
        add_entry(conversation, EntryKind.ASSIGNED, by=by, details=details)


def save_draft(
    conversation_id: int, text: str, *, by: Member, mode: str, basis: int
) -> Draft | None:
    """Keep what the member has typed so far for this conversation."""
    by.require("conversation.reply")
    conversation = queries.conversation(conversation_id, seen_by=by)
    return outbound.save_draft(context_of(conversation.pk), text, by=by, mode=mode, basis=basis)


def draft_of(conversation: Conversation, *, by: Member) -> Draft | None:
    """The member's own draft for this conversation."""
    return outbound_queries.draft(context_of(conversation.pk), seen_by=by)


def discard_draft(conversation_id: int, *, by: Member) -> None:
    """Throw the member's own draft for this conversation away."""
    conversation = queries.conversation(conversation_id, seen_by=by)
    outbound.discard_draft(context_of(conversation.pk), by=by)
