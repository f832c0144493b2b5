"""Reads about drafts, deliveries, canned responses and signatures, each naming its reader."""

import hashlib

from django.db.models import Max, Q, QuerySet

from cornbread.foundation.errors import NotFound
from cornbread.outbound.domain.canned import Candidate
from cornbread.outbound.models import CannedResponse, CannedUse, Delivery, Draft, Signature
from cornbread.team.models import Member
from cornbread.team.queries import team_ids

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


def canned(*, seen_by: Member, archived: bool | None = None) -> QuerySet[CannedResponse]:
    """The canned responses the reader may know of, by shortcut; ``archived`` None: all.

    Who writes them sees every team's. Others see their teams' and everybody's; partners, of
    everybody's, what is shared with them.
    """
    seen_by.require("canned.read")
    found = CannedResponse.objects.select_related("team", "changed_by__user").filter(
        workspace_id=seen_by.workspace_id
    )
    if archived is not None:
        found = found.filter(archived_at__isnull=not archived)
    if not seen_by.may("canned.write"):
        everybodys = Q(team=None, shared=True) if seen_by.limited_to_teams else Q(team=None)
        found = found.filter(everybodys | Q(team_id__in=team_ids(seen_by=seen_by)))
    return found.order_by("shortcut")


def canned_response(response_id: int, *, seen_by: Member) -> CannedResponse:
    """One canned response, archived ones too; NotFound otherwise."""
    found = canned(seen_by=seen_by).filter(pk=response_id).first()
    if found is None:
        raise NotFound("There is no such canned response in this workspace.")
    return found


def usable(*, seen_by: Member, response_id: int) -> CannedResponse:
    """One canned response that can be put into an answer; NotFound when it is archived."""
    found = canned(seen_by=seen_by, archived=False).filter(pk=response_id).first()
    if found is None:
        raise NotFound("There is no such canned response to use. It may have been archived.")
    return found


def canned_candidates(*, seen_by: Member, kind: str) -> list[Candidate]:
    """What can be put into an answer on this kind of network, with who used it when."""
    fitting = [
        one
        for one in canned(seen_by=seen_by, archived=False)
        if not one.channel_kinds or kind in one.channel_kinds
    ]
    teams = team_ids(seen_by=seen_by)
    used = CannedUse.objects.filter(workspace_id=seen_by.workspace_id)
    mine = dict(used.filter(member=seen_by).values_list("response_id", "last_at"))
    beside = used.filter(member__teams__in=teams).values("response_id")
    ours = dict(beside.annotate(at=Max("last_at")).values_list("response_id", "at"))
    return [
        Candidate(
            id=one.pk,
            shortcut=one.shortcut,
            title=one.title,
            text=one.text,
            lang=one.lang,
            used_by_me=mine.get(one.pk),
            used_by_team=ours.get(one.pk),
            times=one.times_used,
        )
        for one in fitting
    ]


def signatures(*, seen_by: Member) -> dict[str, Signature]:
    """The reader's own signature as ``own`` and the brand's as ``brand``, where there are any."""
    found = Signature.objects.filter(workspace_id=seen_by.workspace_id).filter(
        Q(member=None) | Q(member=seen_by)
    )
    return {"own" if one.member_id else "brand": one for one in found}


def signature_text(*, seen_by: Member) -> str:
    """What stands below the reader's replies: their own before the brand's; empty for nothing."""
    found = signatures(seen_by=seen_by)
    on = [found[whose].text for whose in ("own", "brand") if whose in found and found[whose].on]
    return on[0] if on else ""
