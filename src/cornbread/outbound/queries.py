"""Reads about drafts and deliveries, each naming its reader."""

import hashlib

from django.db.models import QuerySet

from cornbread.foundation.errors import NotFound
from cornbread.outbound.models import Delivery, Draft
from cornbread.team.models import Member

OPEN_STATES = (
    Delivery.State.HELD,
    Delivery.State.QUEUED,
    Delivery.State.SENDING,
    Delivery.State.FAILED,
    Delivery.State.UNCERTAIN,
)


def draft(context: str, *, seen_by: Member) -> Draft | None:
    """The reader's own draft; nobody reads another's."""
    return Draft.objects.filter(member=seen_by, context=context).first()


def deliveries(context: str, *, seen_by: Member) -> QuerySet[Delivery]:
    """What is on its way or stuck in a context the reader was already allowed to open."""
    return (
        Delivery.objects.select_related("by__user", "channel")
        .filter(workspace_id=seen_by.workspace_id, context=context, state__in=OPEN_STATES)
        .order_by("pk")
    )


def delivery(delivery_id: int, *, seen_by: Member) -> Delivery:
    """One delivery of the reader's workspace; NotFound otherwise."""
    found = _readable(seen_by).filter(pk=delivery_id).first()
    if found is None:
        raise NotFound("There is no such message of ours in this workspace.")
    return found


def stuck(*, seen_by: Member) -> QuerySet[Delivery]:
    """Everything that a person has to look at."""
    seen_by.require("conversation.read")
    waiting = (Delivery.State.FAILED, Delivery.State.UNCERTAIN)
    return _readable(seen_by).filter(state__in=waiting)


def _readable(seen_by: Member) -> QuerySet[Delivery]:
    found = Delivery.objects.filter(workspace_id=seen_by.workspace_id)
    # A partner's own replies are in conversations given to them; others' may be anywhere.
    return found.filter(by=seen_by) if seen_by.limited_to_teams else found


def answers_under_way(context: str, *, seen_by: Member) -> QuerySet[Delivery]:
    """What anybody has sent, or will have sent unless it fails, in a context open to the reader."""
    gone = (Delivery.State.FAILED, Delivery.State.DROPPED)
    return (
        Delivery.objects.select_related("by__user")
        .filter(workspace_id=seen_by.workspace_id, context=context)
        .exclude(state__in=gone)
        .order_by("pk")
    )


def known_key(idempotency_key: str, *, seen_by: Member) -> bool:
    """Whether this very reply was submitted before, so that a repeat is no new reply."""
    return Delivery.objects.filter(
        idempotency_key=stored_key(seen_by.workspace_id, idempotency_key)
    ).exists()


def stored_key(workspace_id: int, idempotency_key: str) -> str:
    """A client's key as it is stored: apart for each workspace, and of bounded length."""
    digest = hashlib.sha256(f"{workspace_id}:{idempotency_key}".encode())
    return digest.hexdigest()[:40]
