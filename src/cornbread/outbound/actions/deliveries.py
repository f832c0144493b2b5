"""Every change to drafts and deliveries that a person asks for."""

import secrets

from django.db import transaction

from cornbread.channels.domain.posts import Visibility
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, Stale
from cornbread.foundation.outbox import emit
from cornbread.outbound import queries
from cornbread.outbound.events import DeliveryDropped, DeliveryQueued
from cornbread.outbound.models import Delivery, Draft
from cornbread.outbound.sending import queue, sent, transition
from cornbread.people.models import Identity
from cornbread.team.actions import record
from cornbread.team.models import Member


def save_draft(context: str, text: str, *, by: Member, mode: str, basis: int) -> Draft | None:
    """Keep what the member has typed so far; empty text throws the draft away."""
    if not text.strip():
        discard_draft(context, by=by)
        return None
    draft, _ = Draft.objects.update_or_create(
        member=by,
        context=context,
        defaults={
            "text": text[:50_000],
            "mode": mode[:10],
            "basis": basis,
            "workspace_id": by.workspace_id,
        },
    )
    return draft


def discard_draft(context: str, *, by: Member) -> None:
    """Forget the member's own draft."""
    Draft.objects.filter(member=by, context=context).delete()


@transaction.atomic
def submit(
    text: str,
    *,
    channel: Channel,
    context: str,
    by: Member,
    visibility: Visibility = Visibility.PUBLIC,
    in_reply_to: str = "",
    recipient: Identity | None = None,
    lang: str = "",
    idempotency_key: str = "",
) -> Delivery:
    """Queue a post in the caller's transaction; it goes out once that commits.

    Capabilities are asked here once more, because drafts live longer than connections. The same
    idempotency key gives the same delivery, however often it is submitted.
    """
    by.require("conversation.reply")
    _can_send(channel, visibility)
    key = idempotency_key or secrets.token_hex(20)
    delivery, created = Delivery.objects.get_or_create(
        idempotency_key=queries.stored_key(by.workspace_id, key),
        defaults={
            "workspace_id": by.workspace_id,
            "channel": channel,
            "context": context,
            "text": text,
            "visibility": visibility,
            "in_reply_to": in_reply_to,
            "recipient": recipient,
            "lang": lang,
            "by": by,
            "automation": by.automation.mark() if by.automation else {},
        },
    )
    if not created:
        _require_same(delivery, text, context, visibility)
    else:
        # A rule answers for itself; what the member was writing stays.
        if by.automation is None:
            discard_draft(context, by=by)
        queue(delivery)
        emit(
            DeliveryQueued(
                workspace_id=delivery.workspace_id, delivery_id=delivery.pk, context=context
            )
        )
    return delivery


def _require_same(delivery: Delivery, text: str, context: str, visibility: str) -> None:
    """A key stands for one message; using it for another would lose that one silently."""
    if (delivery.text, delivery.context, delivery.visibility) != (text, context, visibility):
        raise Invalid(
            "This idempotency key was used for another message. Use a new key for each message.",
            code="idempotency_key_reused",
        )


def _can_send(channel: Channel, visibility: Visibility) -> None:
    able = channel.capabilities
    wanted = able.reply_direct if visibility == Visibility.DIRECT else able.reply_public
    if not wanted:
        raise Invalid(f"{channel.network.name} takes no {visibility} messages from here.")
    if channel.state in (Channel.State.BROKEN, Channel.State.REMOVED):
        raise Invalid(f"{channel.name} is not connected. Reconnect it under Channels.")


@transaction.atomic
def retry(delivery_id: int, *, by: Member) -> Delivery:
    """Try a failed delivery again, or look once more for an uncertain one."""
    by.require("delivery.resolve")
    delivery = queries.delivery(delivery_id, seen_by=by)
    if delivery.state == Delivery.State.FAILED:
        # A network that said no may have been told wrong; it is the same post all the same.
        cleared = {"trouble_code": "", "trouble": "", "retry_at": None, "attempts": 0}
        transition(delivery, Delivery.State.QUEUED, **cleared)
    elif delivery.state == Delivery.State.UNCERTAIN:
        Delivery.objects.filter(pk=delivery.pk).update(attempts=0, retry_at=None)
    else:
        raise Stale(f"This message is {delivery.state} by now; there is nothing to try again.")
    record(by.workspace_id, by, "delivery.retried", f"delivery:{delivery.pk}")
    queue(delivery)
    return delivery


@transaction.atomic
def confirm_sent(delivery_id: int, *, by: Member, external_id: str = "") -> Delivery:
    """A person has looked: an uncertain message is there."""
    by.require("delivery.resolve")
    delivery = queries.delivery(delivery_id, seen_by=by)
    if delivery.state != Delivery.State.UNCERTAIN:
        raise Stale(f"This message is {delivery.state} by now.")
    external_id = external_id.strip()
    if len(external_id) > 300:
        message = "The id of a post has at most 300 characters."
        raise Invalid(message, fields={"external_id": message})
    delivery.resolved_by = by
    record(by.workspace_id, by, "delivery.confirmed", f"delivery:{delivery.pk}")
    sent_at = delivery.first_attempt_at or clock.now()
    sent(delivery, external_id=external_id, sent_at=sent_at, url="")
    return delivery


@transaction.atomic
def drop(delivery_id: int, *, by: Member) -> Delivery:
    """Give up on a message that failed, or that a person saw is not there; its text comes back
    as its author's draft, so that nothing written is lost.
    """
    by.require("delivery.resolve")
    delivery = queries.delivery(delivery_id, seen_by=by)
    if delivery.state not in (Delivery.State.FAILED, Delivery.State.UNCERTAIN):
        raise Stale(f"This message is {delivery.state} by now; it cannot be taken back.")
    transition(delivery, Delivery.State.DROPPED, resolved_by=by)
    _give_back(delivery)
    record(by.workspace_id, by, "delivery.dropped", f"delivery:{delivery.pk}")
    emit(
        DeliveryDropped(
            workspace_id=delivery.workspace_id, delivery_id=delivery.pk, context=delivery.context
        )
    )
    return delivery


def _give_back(delivery: Delivery) -> None:
    """The words of a message that was not sent, before what its author has written since."""
    since = queries.draft(delivery.context, seen_by=delivery.by)
    words = [delivery.text, since.text] if since else [delivery.text]
    save_draft(
        delivery.context,
        "\n\n".join(dict.fromkeys(words)),
        by=delivery.by,
        mode=since.mode if since else delivery.visibility,
        basis=since.basis if since else 0,
    )


def join_contexts(gone: str, kept: str, *, workspace_id: int) -> None:
    """What was begun and sent in one context now belongs to another; no draft is lost."""
    Delivery.objects.filter(workspace_id=workspace_id, context=gone).update(context=kept)
    for draft in Draft.objects.filter(workspace_id=workspace_id, context=gone):
        other = Draft.objects.filter(member_id=draft.member_id, context=kept).first()
        if other is None:
            draft.context = kept
            draft.save(update_fields=["context"])
        else:
            other.text = f"{other.text}\n\n{draft.text}"
            other.save(update_fields=["text"])
            draft.delete()
