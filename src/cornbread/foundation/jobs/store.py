"""How jobs are written, claimed and settled.

Every step is a conditional update whose row count says whether it was ours to take: a worker
that lost its lease can neither finish nor fail a job over its new owner.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Least

from cornbread.foundation.clock import now
from cornbread.foundation.db import is_postgresql
from cornbread.foundation.jobs import owner as owners
from cornbread.foundation.jobs.domain import WorkerDied
from cornbread.foundation.jobs.trace import describe
from cornbread.foundation.models import UNFINISHED, Job, JobState

#: Stranded jobs taken back in one go.
_RESCUE_BATCH = 200
#: As ``_settle`` says it. Every job ends like this, so that the time to put it into words counts.
_FINISH = (
    "UPDATE foundation_job SET state = CASE WHEN again THEN %s ELSE %s END, "
    "attempts = CASE WHEN again THEN 0 ELSE attempts END, again = %s, lease_until = NULL, "
    "finished_at = %s WHERE id = %s AND state = %s AND lease_owner = %s AND attempts = %s"
)
_FINISHED: tuple[Any, ...] = (JobState.READY.value, JobState.DONE.value, False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs to claim; None means any, and for ``due_by`` what is due now."""

    queues: Collection[str] | None = None
    workspace_id: int | None = None
    due_by: datetime | None = None


def add(job: Job) -> Job:
    """Insert the job, or return the unfinished one with the same task and dedupe key."""
    if job.dedupe_key is None:
        job.save(force_insert=True)
        return job
    while True:
        if existing := _join(job):
            return existing
        try:
            with transaction.atomic():
                job.save(force_insert=True)
            return job
        except IntegrityError:
            # Somebody else added it between our two looks; look again.
            job.pk = None


def _join(job: Job) -> Job | None:
    same = Job.objects.filter(task=job.task, dedupe_key=job.dedupe_key, state__in=UNFINISHED)
    # The update is also a lock: until the caller commits, no worker can claim the waiting job
    # and run it without seeing the caller's change.
    running = When(state=JobState.RUNNING, then=Value(True))
    # Asked for earlier than it was waiting for, it comes earlier.
    sooner = Least(F("due_at"), Value(job.due_at))
    joined = same.update(again=Case(running, default=Value(False)), due_at=sooner)
    return same.first() if joined else None


def claim(limit: int, *, owner: str, wanted: Wanted) -> list[Job]:
    """Take up to ``limit`` due jobs, the most urgent and oldest first."""
    due = _due(wanted)
    # A look first: on SQLite an idle worker must not ask for the write lock at every poll.
    if not due.exists():
        return []
    with transaction.atomic():
        if is_postgresql():
            due = due.select_for_update(skip_locked=True)
        jobs = list(due[:limit])
        if _take(jobs, owner):
            return jobs
        transaction.set_rollback(True)
    return []


def unfinished(wanted: Wanted) -> bool:
    """Whether such jobs are due, or are being run by anyone."""
    return _due(wanted, UNFINISHED).exists()


def _due(wanted: Wanted, states: Collection[JobState] = (JobState.READY,)) -> QuerySet[Job]:
    due = Job.objects.filter(state__in=states, due_at__lte=wanted.due_by or now())
    if wanted.queues is not None:
        due = due.filter(queue__in=wanted.queues)
    if wanted.workspace_id is not None:
        due = due.filter(workspace_id=wanted.workspace_id)
    return due.order_by("-priority", "due_at", "id")


def _take(jobs: list[Job], owner: str) -> bool:
    """Mark the jobs as running for the owner; false if any was taken before us."""
    moment = now()
    for job in jobs:
        job.state, job.lease_owner, job.started_at = JobState.RUNNING, owner, moment
        job.lease_until = moment + timedelta(seconds=job.lease_s)
        job.attempts += 1
    # Leases of the same length are written by one update.
    lengths = {job.lease_s: job.lease_until for job in jobs}
    taken = sum(
        Job.objects.filter(
            id__in=[job.id for job in jobs if job.lease_s == lease_s], state=JobState.READY
        ).update(
            state=JobState.RUNNING,
            attempts=F("attempts") + 1,
            lease_owner=owner,
            lease_until=lease_until,
            started_at=moment,
        )
        for lease_s, lease_until in lengths.items()
    )
    return taken == len(jobs)


def release(job: Job) -> bool:
    """Give a claimed job back that was not begun; false if it was lost."""
    return _put_back(_ours(job), job.due_at, job.last_error, counted=False)


def extend(job: Job) -> bool:
    """Renew the lease; false if it was lost."""
    return bool(_ours(job).update(lease_until=now() + timedelta(seconds=job.lease_s)))


def finish(job: Job) -> bool:
    """Mark the job done, or ready if it was asked for again meanwhile; false if it was lost."""
    moment = connection.ops.adapt_datetimefield_value(now())
    claim: tuple[Any, ...] = (job.id, JobState.RUNNING.value, job.lease_owner, job.attempts)
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [*_FINISHED, moment, *claim])
        return bool(cursor.rowcount)


def bury(job: Job, error: dict[str, Any]) -> bool:
    """Give the job up, unless it was asked for again meanwhile; false if it was lost."""
    return _settle(_ours(job), JobState.DEAD, last_error=error)


def put_back(job: Job, due_at: datetime, error: dict[str, Any], *, counted: bool = True) -> bool:
    """Let the job be tried again at ``due_at``; false if it was lost."""
    return _put_back(_ours(job), due_at, error, counted=counted)


def rescue() -> int:
    """Take back the jobs of workers that died or fell silent; return how many."""
    running = Job.objects.filter(state=JobState.RUNNING)
    holders = list(running.order_by().values_list("lease_owner", flat=True).distinct())
    if not holders:
        return 0
    dead = [holder for holder in holders if owners.is_dead(holder)]
    stranded = running.filter(Q(lease_until__lt=now()) | Q(lease_owner__in=dead))
    return sum(_take_back(job) for job in stranded[:_RESCUE_BATCH])


def _take_back(job: Job) -> bool:
    # A heartbeat that arrived since we looked moved the lease and keeps the job.
    silent = _ours(job).filter(lease_until=job.lease_until)
    error = describe(WorkerDied())
    if job.attempts >= job.max_attempts:
        return _settle(silent, JobState.DEAD, last_error=error)
    return _put_back(silent, now(), error)


def _ours(job: Job) -> QuerySet[Job]:
    # One process may lose a job and claim it again, so the attempt belongs to the condition.
    return Job.objects.filter(
        id=job.id, state=JobState.RUNNING, lease_owner=job.lease_owner, attempts=job.attempts
    )


def _settle(jobs: QuerySet[Job], state: JobState, **changes: Any) -> bool:
    settled = jobs.update(
        state=Case(When(again=True, then=Value(JobState.READY.value)), default=Value(state.value)),
        attempts=Case(
            When(again=True, then=Value(0)), default=F("attempts"), output_field=IntegerField()
        ),
        again=False,
        lease_until=None,
        finished_at=now(),
        **changes,
    )
    return bool(settled)


def _put_back(
    jobs: QuerySet[Job], due_at: datetime, error: dict[str, Any] | None, *, counted: bool = True
) -> bool:
    put_back = jobs.update(
        state=JobState.READY,
        attempts=F("attempts") - (0 if counted else 1),
        again=False,
        due_at=due_at,
        lease_until=None,
        last_error=error,
    )
    return bool(put_back)
