"""Reads about opening hours, policies and broken promises, each naming its reader."""

from django.db.models import QuerySet

from cornbread.care.models import Breach, Calendar, SlaPolicy
from cornbread.foundation.errors import NotFound
from cornbread.team.models import Member


def calendars(*, seen_by: Member) -> QuerySet[Calendar]:
    """The calendars of the reader's workspace."""
    seen_by.require("promise.read")
    return Calendar.objects.filter(workspace_id=seen_by.workspace_id).order_by("name", "pk")


def calendar(calendar_id: int, *, seen_by: Member, lock: bool = False) -> Calendar:
    """One calendar; NotFound where there is none."""
    found = calendars(seen_by=seen_by)
    one = (found.select_for_update() if lock else found).filter(pk=calendar_id).first()
    if one is None:
        raise NotFound("There is no such calendar.")
    return one


def policies(*, seen_by: Member) -> QuerySet[SlaPolicy]:
    """The policies of the reader's workspace, in the order in which they are asked."""
    seen_by.require("promise.read")
    found = SlaPolicy.objects.filter(workspace_id=seen_by.workspace_id)
    return (
        found.select_related("calendar")
        .prefetch_related("channels", "labels")
        .order_by("place", "pk")
    )


def policy(policy_id: int, *, seen_by: Member) -> SlaPolicy:
    """One policy; NotFound where there is none."""
    one = policies(seen_by=seen_by).filter(pk=policy_id).first()
    if one is None:
        raise NotFound("There is no such policy.")
    return one


def breaches(*, seen_by: Member, before: int | None = None) -> QuerySet[Breach]:
    """Broken promises of the workspace, the one noticed last first; ``before`` is an id."""
    seen_by.require("promise.read")
    found = Breach.objects.filter(workspace_id=seen_by.workspace_id)
    if before is not None:
        found = found.filter(pk__lt=before)
    return found.select_related("conversation__person").order_by("-pk")
