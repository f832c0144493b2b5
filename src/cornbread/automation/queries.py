"""Reads about rules and macros, each naming its reader."""

from datetime import timedelta

from django.db.models import Count, Max, Q, QuerySet

from cornbread.automation.models import Endpoint, Firing, Macro, Message, Rule, Run
from cornbread.foundation import clock
from cornbread.foundation.errors import NotFound
from cornbread.team.models import Member

WEEK = timedelta(days=7)
_LOG = ("rule", "conversation__person", "conversation__identity")


def rules(*, seen_by: Member) -> QuerySet[Rule]:
    """The rules of the workspace, those that are on first.

    ``fired`` counts the last week, ``last_fired`` says when, ``troubles`` what was refused.
    """
    seen_by.require("automation.read")
    lately = Q(firings__at__gt=clock.now() - WEEK)
    troubled = Q(
        firings__state__in=[Firing.State.REFUSED, Firing.State.PARTLY, Firing.State.STOPPED]
    )
    return (
        Rule.objects.select_related("keeper__user")
        .filter(workspace_id=seen_by.workspace_id)
        .annotate(
            fired=Count("firings", filter=lately),
            troubles=Count("firings", filter=lately & troubled),
            last_fired=Max("firings__at"),
        )
        .order_by("-active", "name")
    )


def rule(rule_id: int, *, seen_by: Member) -> Rule:
    """One rule of the reader's workspace."""
    found = rules(seen_by=seen_by).filter(pk=rule_id).first()
    if found is None:
        raise NotFound("There is no such rule in this workspace.")
    return found


def firings(
    *, seen_by: Member, rule_id: int | None = None, before: int | None = None
) -> QuerySet[Firing]:
    """The log, newest first."""
    seen_by.require("automation.read")
    found = Firing.objects.select_related(*_LOG).filter(workspace_id=seen_by.workspace_id)
    if rule_id is not None:
        found = found.filter(rule_id=rule_id)
    if before is not None:
        found = found.filter(pk__lt=before)
    return found.prefetch_related("messages").order_by("-pk")


def macros(*, seen_by: Member) -> QuerySet[Macro]:
    """The macros of the workspace by name."""
    seen_by.require("macro.run")
    return (
        Macro.objects.select_related("made_by__user")
        .filter(workspace_id=seen_by.workspace_id)
        .annotate(used=Count("runs"), last_used=Max("runs__at"))
        .order_by("name")
    )


def macro(macro_id: int, *, seen_by: Member) -> Macro:
    """One macro of the reader's workspace."""
    found = macros(seen_by=seen_by).filter(pk=macro_id).first()
    if found is None:
        raise NotFound("There is no such macro in this workspace.")
    return found


def runs(run_id: int, *, seen_by: Member) -> QuerySet[Run]:
    """What the reader ran together with this one; nobody takes back another's."""
    seen_by.require("macro.run")
    theirs = Run.objects.filter(workspace_id=seen_by.workspace_id, by=seen_by)
    batch = theirs.filter(pk=run_id).values("batch")
    return theirs.select_related("macro").filter(batch__in=batch).order_by("pk")


def endpoints(*, seen_by: Member) -> QuerySet[Endpoint]:
    """The systems that can be told, without their secrets."""
    seen_by.require("automation.read")
    waiting = Q(messages__state=Message.State.QUEUED)
    stuck = Q(messages__state__in=[Message.State.FAILED, Message.State.UNCERTAIN])
    return (
        Endpoint.objects.defer("secret")
        .filter(workspace_id=seen_by.workspace_id)
        .annotate(
            sent=Count("messages", filter=Q(messages__state=Message.State.SENT)),
            waiting=Count("messages", filter=waiting),
            stuck=Count("messages", filter=stuck),
        )
        .order_by("name")
    )


def endpoint(endpoint_id: int, *, seen_by: Member) -> Endpoint:
    """One system of the reader's workspace."""
    found = endpoints(seen_by=seen_by).filter(pk=endpoint_id).first()
    if found is None:
        raise NotFound("There is no such system in this workspace.")
    return found


def messages(endpoint_id: int, *, seen_by: Member, before: int | None = None) -> QuerySet[Message]:
    """What a system was told, newest first."""
    found = Message.objects.filter(endpoint=endpoint(endpoint_id, seen_by=seen_by))
    if before is not None:
        found = found.filter(pk__lt=before)
    return found.select_related("firing__rule").order_by("-pk")
