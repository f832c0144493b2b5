"""What time alone sets off: customers who have waited as long as a rule says."""

from django.db import transaction

from cornbread.automation import noticing
from cornbread.automation.domain.triggers import Trigger
from cornbread.automation.firing import consider
from cornbread.automation.models import Rule
from cornbread.automation.ready import ready
from cornbread.foundation import clock
from cornbread.foundation.jobs import every, job

#: Occasions considered in one transaction.
CHUNK = 500


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
