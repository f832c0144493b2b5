"""Upkeep that the foundation does for itself."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from cornbread.foundation.clock import now
from cornbread.foundation.jobs import every, job
from cornbread.foundation.models import EventRecord, Job, JobState

#: Rows deleted in one transaction, few enough that other writers hardly notice.
BATCH = 1_000


@every(seconds=3_600)
@job(queue="maintenance")
def prune() -> None:
    """Delete finished jobs and recorded events past their age; dead jobs wait for a person.

    ``JOBS_KEEP_DAYS`` (2, and never less than 1: the memory of periodic jobs) and
    ``EVENTS_KEEP_DAYS`` (30) in the settings say how long.
    """
    jobs_until = _days_ago(max(1, getattr(settings, "JOBS_KEEP_DAYS", 2)))
    _delete(Job.objects.filter(state=JobState.DONE, finished_at__lt=jobs_until))
    events_until = _days_ago(getattr(settings, "EVENTS_KEEP_DAYS", 30))
    _delete(EventRecord.objects.filter(created_at__lt=events_until))


def _days_ago(days: float) -> datetime:
    return now() - timedelta(days=days)


def _delete(rows: QuerySet[Any]) -> None:
    while ids := list(rows.values_list("id", flat=True)[:BATCH]):
        rows.filter(id__in=ids).delete()
