"""The one road of a delivery to its network, walked by jobs, safe at every step against a crash.

A delivery that is ``sending`` when a job finds it was cut off by a crash, so its outcome is
unknown; an unknown outcome is looked up at the network where it can be, and never blindly
repeated.
"""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from cornbread.channels.actions import note_trouble
from cornbread.channels.contract import Sender
from cornbread.channels.domain.posts import Author, OutgoingPost, SentPost, Visibility
from cornbread.channels.domain.trouble import (
    AccessLost,
    ChannelTrouble,
    OutcomeUncertain,
    RateLimited,
    Rejected,
    Unreachable,
)
from cornbread.channels.models import Channel
from cornbread.foundation import clock, metrics
from cornbread.foundation.errors import Refusal, Stale
from cornbread.foundation.jobs import Backoff, Retry, enqueue, job
from cornbread.foundation.logs import get_logger
from cornbread.foundation.outbox import emit
from cornbread.outbound.domain.delivery import require_transition
from cornbread.outbound.events import DeliverySent, DeliveryStuck
from cornbread.outbound.models import Delivery

log = get_logger(__name__)
State = Delivery.State

#: After this many tries a person is asked; with the backoff below that is about an hour.
MAX_ATTEMPTS = 14
#: A network that asks us to wait is obeyed for so long before a person is asked.
PATIENCE = timedelta(hours=24)
BACKOFF = Backoff(base_s=2, cap_s=600)


def transition(delivery: Delivery, to: str, **values: Any) -> None:
    """Move a delivery on by conditional update; Stale when somebody else was first."""
    require_transition(delivery.state, to)
    moved = Delivery.objects.filter(pk=delivery.pk, state=delivery.state).update(state=to, **values)
    if not moved:
        raise Stale("This message moved on in the meantime. Look at it again.")
    metrics.DELIVERIES.labels(to).inc()
    delivery.state = to
    for name, value in values.items():
        setattr(delivery, name, value)


def queue(delivery: Delivery) -> None:
    """Ask for the delivery to be walked on, in the caller's transaction."""
    # One walk at a time: a second one would take the first one's sending for a crash.
    key = f"delivery:{delivery.pk}"
    enqueue(send_delivery, delivery.pk, delivery.workspace_id, dedupe_key=key)


# More attempts than a delivery has, so that no crash keeps it from reaching a person.
@job(queue="outbound", max_attempts=3 * MAX_ATTEMPTS, lease_s=90, backoff=BACKOFF)
def send_delivery(delivery_id: int, workspace_id: int) -> None:
    """Send a message, or find out what became of it; as far as it gets now.

    The workspace says whose job it is.
    """
    delivery = (
        Delivery.objects.select_related("channel", "recipient").filter(pk=delivery_id).first()
    )
    if delivery is None or delivery.state not in (State.QUEUED, State.SENDING, State.UNCERTAIN):
        return
    try:
        _walk(delivery)
    except Stale:
        return  # a person or another worker moved it on; they have the say


def _walk(delivery: Delivery) -> None:
    if delivery.state == State.SENDING:
        transition(delivery, State.UNCERTAIN, trouble_code="interrupted")
    sender = _sender(delivery)
    if sender is None:
        return
    if delivery.state == State.UNCERTAIN and not _look_up(delivery, sender):
        return
    _send(delivery, sender)


def _sender(delivery: Delivery) -> Sender | None:
    """How to send it; without a connection, a person is told and None returned."""
    channel = delivery.channel
    trouble: ChannelTrouble | None = None
    if channel.state == Channel.State.REMOVED:
        trouble = Rejected(f"{channel.name} was disconnected before this was sent.")
    elif channel.state == Channel.State.BROKEN:
        trouble = Unreachable(f"{channel.name} is not connected. Reconnect it, then try again.")
    elif (sender := channel.network.sender(channel.account())) is not None:
        return sender
    else:
        trouble = Rejected(f"{channel.network.name} takes no messages from here.")
    if delivery.state == State.UNCERTAIN:
        _note(delivery, trouble)
        _stuck(delivery)
    else:
        _fail(delivery, trouble)
    return None


def _look_up(delivery: Delivery, sender: Sender) -> bool:
    """Find out about an uncertain delivery. True when it is certainly not there: send it again."""
    able = delivery.channel.capabilities
    if not able.finds_sent:
        _stuck(delivery)
        return False
    try:
        found = sender.find(_post(delivery))
    except (Unreachable, RateLimited, OutcomeUncertain) as trouble:
        delivery.attempts += not isinstance(trouble, RateLimited)
        Delivery.objects.filter(pk=delivery.pk).update(attempts=delivery.attempts)
        _again(delivery, trouble)
        return False
    except (ChannelTrouble, Refusal) as trouble:
        _note(delivery, trouble)
        _stuck(delivery)
        _mark_if_lost(delivery, trouble)
        return False
    if found is not None and not _is_anothers(delivery, found):
        _sent(delivery, found)
        return False
    # Between the look and the sending it could still arrive late; the key makes that harmless.
    if not able.idempotent_send:
        _stuck(delivery)
        return False
    transition(delivery, State.QUEUED)
    return True


def _is_anothers(delivery: Delivery, found: SentPost) -> bool:
    """Whether an earlier delivery of the same words is what was found."""
    same = Delivery.objects.filter(channel=delivery.channel_id, external_id=found.external_id)
    return same.exclude(pk=delivery.pk).exists()


def _send(delivery: Delivery, sender: Sender) -> None:
    now = clock.now()
    if delivery.attempts >= MAX_ATTEMPTS:
        _fail(delivery, Unreachable("Sending was interrupted again and again; see the log."))
        return
    transition(
        delivery,
        State.SENDING,
        attempts=delivery.attempts + 1,
        first_attempt_at=delivery.first_attempt_at or now,
    )
    try:
        result = sender.send(_post(delivery))
    except (Unreachable, RateLimited) as trouble:
        # To be asked to wait is no attempt.
        waits = isinstance(trouble, RateLimited)
        transition(delivery, State.QUEUED, attempts=delivery.attempts - waits)
        _again(delivery, trouble)
        return
    except OutcomeUncertain as trouble:
        transition(delivery, State.UNCERTAIN)
        _again(delivery, trouble)
        return
    except (ChannelTrouble, Refusal) as trouble:
        _fail(delivery, trouble)
        return
    _sent(delivery, result)


def _again(delivery: Delivery, trouble: ChannelTrouble) -> None:
    """Note what happened and try again later; a person is asked once patience is used up."""
    asked_to_wait = isinstance(trouble, RateLimited)
    since = delivery.first_attempt_at or delivery.created_at
    if delivery.attempts >= MAX_ATTEMPTS or (asked_to_wait and clock.now() - since > PATIENCE):
        _note(delivery, trouble)
        if delivery.state == State.QUEUED:
            _fail(delivery, trouble)
        else:
            _stuck(delivery)
        return
    seconds = (
        trouble.retry_after_s
        if isinstance(trouble, RateLimited)
        else BACKOFF.delay_s(max(delivery.attempts, 1), random.random())
    )
    _note(delivery, trouble, retry_at=clock.now() + timedelta(seconds=seconds))
    raise Retry(after_s=seconds, counted=not asked_to_wait) from trouble


def _note(
    delivery: Delivery, trouble: ChannelTrouble | Refusal, retry_at: datetime | None = None
) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        trouble_code=trouble.code[:40], trouble=trouble.message[:500], retry_at=retry_at
    )


@transaction.atomic
def _fail(delivery: Delivery, trouble: ChannelTrouble | Refusal) -> None:
    transition(
        delivery,
        State.FAILED,
        trouble_code=trouble.code[:40],
        trouble=trouble.message[:500],
        retry_at=None,
    )
    _stuck(delivery)
    _mark_if_lost(delivery, trouble)


def _mark_if_lost(delivery: Delivery, trouble: ChannelTrouble | Refusal) -> None:
    if isinstance(trouble, AccessLost):
        note_trouble(delivery.channel_id, code=trouble.code, message=trouble.message, retry_at=None)


def _stuck(delivery: Delivery) -> None:
    log.warning("delivery needs a person", delivery_id=delivery.pk, code=delivery.trouble_code)
    with transaction.atomic():
        emit(
            DeliveryStuck(
                workspace_id=delivery.workspace_id,
                delivery_id=delivery.pk,
                context=delivery.context,
                state=delivery.state,
            )
        )


def _sent(delivery: Delivery, result: SentPost) -> None:
    sent(delivery, external_id=result.external_id, sent_at=result.created_at, url=result.url)


@transaction.atomic
def sent(delivery: Delivery, *, external_id: str, sent_at: datetime, url: str) -> None:
    """The network has it: remember where, and tell the rooms ahead."""
    transition(
        delivery,
        State.SENT,
        external_id=external_id,
        sent_at=sent_at,
        url=url[:1000],
        trouble_code="",
        trouble="",
        retry_at=None,
        resolved_by=delivery.resolved_by,
    )
    emit(
        DeliverySent(
            workspace_id=delivery.workspace_id,
            delivery_id=delivery.pk,
            context=delivery.context,
            external_id=external_id,
            sent_at=sent_at,
        )
    )


def _post(delivery: Delivery) -> OutgoingPost:
    to = delivery.recipient
    author = (
        Author(external_id=to.external_id, handle=to.handle, name=to.name, url=to.url)
        if to is not None
        else None
    )
    return OutgoingPost(
        text=delivery.text,
        idempotency_key=delivery.idempotency_key,
        in_reply_to=delivery.in_reply_to or None,
        visibility=Visibility(delivery.visibility),
        to=author,
        lang=delivery.lang or None,
        first_attempt_at=delivery.first_attempt_at,
    )
