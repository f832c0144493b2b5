"""What time alone sets off: customers who have waited as long as a rule says; and upkeep."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from cornbread.automation import noticing
from cornbread.automation.domain.triggers import Trigger
from cornbread.automation.firing import consider
from cornbread.automation.models import Firing, Message, Rule, Run
from cornbread.automation.ready import ready
from cornbread.foundation import clock
from cornbread.foundation.jobs import every, job

#: Occasions considered in one transaction.
CHUNK = 500
#: How long it can be read what rules and macros did, and what systems were told.
KEPT = timedelta(days=90)


@every(seconds=60)
@job(queue="maintenance")
def follow_waits() -> None:
    """Ask every rule about waits who has waited long enough since it was asked last."""
    for rule in Rule.objects.filter(active=True, wait_minutes__isnull=False).order_by("pk"):
        _follow(rule)


@transaction.atomic
def _follow(rule: Rule) -> None:
    one = ready(rule)
    if Trigger.WAITING not in one.triggers:
        return
    now = clock.now()
    occasions = noticing.in_waiting(rule.workspace_id, one)
    for at in range(0, len(occasions), CHUNK):
        consider(rule.workspace_id, occasions[at : at + CHUNK], only=one)
    Rule.objects.filter(pk=rule.pk).update(waits_until=now)


@every(seconds=3_600)
@job(queue="maintenance")
def forget_old() -> None:
    """Delete what is past its age: the log, what macros did, and what systems were told.

    An occasion this old is named by no event any more, so that it cannot fire anew.
    """
    until = clock.now() - KEPT
    _delete(Message.objects.exclude(state=Message.State.QUEUED).filter(created_at__lt=until))
    _delete(Firing.objects.exclude(state=Firing.State.DUE).filter(at__lt=until))
    _delete(Run.objects.filter(at__lt=until))


def _delete(rows: QuerySet[Any]) -> None:
    while ids := list(rows.values_list("pk", flat=True)[:CHUNK]):
        rows.filter(pk__in=ids).delete()
