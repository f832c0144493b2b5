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
#: Ready jobs become the owner's in one statement. ``MATERIALIZED``, lest the limit is applied
#: more than once; those that others are just taking are passed over.
_CLAIMED = (
    "WITH due AS MATERIALIZED (SELECT id FROM foundation_job WHERE {{where}} "
    "ORDER BY priority DESC, due_at, id LIMIT %s {lock}) "
    "UPDATE foundation_job SET state = %s, attempts = attempts + 1, lease_owner = %s, "
    "lease_until = {later}, started_at = NULL WHERE id IN (SELECT id FROM due) RETURNING *"
)
_CLAIM = {
    "postgresql": _CLAIMED.format(
        lock="FOR UPDATE SKIP LOCKED", later="%s + make_interval(secs => lease_s)"
    ),
    # As Django writes moments there, which leaves out what is zero behind the second.
    "sqlite": _CLAIMED.format(
        lock="",
        later="replace(strftime('%%Y-%%m-%%d %%H:%%M:%%f', %s, lease_s || ' seconds') || '000', "
        "'.000000', '')",
    ),
}
#: As ``_settle`` says it. Every job ends like this, so that the time to put it into words counts.
_FINISH = (
    "UPDATE foundation_job SET state = CASE WHEN again THEN %s ELSE %s END, "
    "attempts = CASE WHEN again THEN 0 ELSE attempts END, again = %s, lease_until = NULL, "
    "finished_at = %s WHERE id = %s AND state = %s AND lease_owner = %s AND attempts = %s"
)
_FINISHED: tuple[Any, ...] = (JobState.READY.value, JobState.DONE.value, False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs to claim; None means any, and for ``due_by`` what is due now. ``urgent`` are those
    with a priority above the usual."""

    queues: Collection[str] | None = None
    workspace_id: int | None = None
    due_by: datetime | None = None
    urgent: bool = False


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
    """Take up to ``limit`` due jobs, the most urgent and oldest first; then ``begin`` each.

    The attempt counts from here, but a worker that dies before it began gives it back.
    """
    # A look first: on SQLite an idle worker must not ask for the write lock at every poll.
    if not is_postgresql() and not _due(wanted).exists():
        return []
    moment = connection.ops.adapt_datetimefield_value(now())
    where, values = _selected(wanted)
    found = Job.objects.raw(
        _CLAIM[connection.vendor].format(where=where),
        [*values, limit, JobState.RUNNING.value, owner, moment],
    )
    return sorted(found, key=lambda job: (-job.priority, job.due_at, job.id))


def _selected(wanted: Wanted) -> tuple[str, list[Any]]:
    """Which ready jobs are wanted, in SQL, with the values bound in it."""
    due_by = connection.ops.adapt_datetimefield_value(wanted.due_by or now())
    where = "state = %s AND due_at <= %s"
    values: list[Any] = [JobState.READY.value, due_by]
    if wanted.queues is not None:
        marks = ", ".join(["%s"] * len(wanted.queues)) or "NULL"
        where, values = f"{where} AND queue IN ({marks})", [*values, *wanted.queues]
    if wanted.workspace_id is not None:
        where, values = f"{where} AND workspace_id = %s", [*values, wanted.workspace_id]
    return f"{where} AND priority > 0" if wanted.urgent else where, values


def begin(job: Job) -> bool:
    """Say that a claimed job is run from now on; false if it was lost before."""
    job.started_at = now()
    return bool(_ours(job).filter(started_at=None).update(started_at=job.started_at))


def unfinished(wanted: Wanted) -> bool:
    """Whether such jobs are due, or are being run by anyone."""
    return _due(wanted, UNFINISHED).exists()


def _due(wanted: Wanted, states: Collection[JobState] = (JobState.READY,)) -> QuerySet[Job]:
    due = Job.objects.filter(state__in=states, due_at__lte=wanted.due_by or now())
    if wanted.queues is not None:
        due = due.filter(queue__in=wanted.queues)
    if wanted.workspace_id is not None:
        due = due.filter(workspace_id=wanted.workspace_id)
    if wanted.urgent:
        due = due.filter(priority__gt=0)
    return due.order_by("-priority", "due_at", "id")


def release(job: Job) -> bool:
    """Give a claimed job back that was not begun; false if it was lost."""
    unbegun = _ours(job).filter(started_at=None)
    return _put_back(unbegun, job.due_at, job.last_error, counted=False)


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
    silent = _ours(job).filter(lease_until=job.lease_until, started_at=job.started_at)
    if job.started_at is None:
        return _put_back(silent, job.due_at, job.last_error, counted=False)
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
