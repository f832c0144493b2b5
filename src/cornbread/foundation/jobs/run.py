"""Running claimed jobs: what a worker's threads do, and ``drain`` does in place."""

import logging
import random
from collections.abc import Collection
from contextlib import nullcontext
from datetime import datetime, timedelta

from django.db import connection, transaction

from cornbread.foundation.clock import now
from cornbread.foundation.errors import Refusal
from cornbread.foundation.jobs import store
from cornbread.foundation.jobs.domain import Backoff, Dead, GiveUp, Retry, after_failure
from cornbread.foundation.jobs.heartbeat import Heartbeat
from cornbread.foundation.jobs.owner import this_process
from cornbread.foundation.jobs.task import JobTask, find
from cornbread.foundation.jobs.trace import describe
from cornbread.foundation.models import Job

log = logging.getLogger("cornbread.jobs")

#: Jobs that ``drain`` claims in one transaction.
HANDFUL = 16


class LeaseLost(Exception):
    """Another worker took the job over; whatever was done in its transaction is undone."""


def run(job: Job) -> BaseException | None:
    """Run a claimed job and settle it; return its error, if it had one."""
    backoff = Backoff()
    try:
        task = find(job.task)
        backoff = task.backoff
        _call(task, job)
    except LeaseLost as error:
        log.warning("job lost its lease", extra={"job": job.id, "task": job.task})
        return error
    except (Exception, SystemExit) as error:
        _fail(job, error, backoff)
        return error
    return None


def drain(
    *,
    queues: Collection[str] | None = None,
    workspace_id: int | None = None,
    until: datetime | None = None,
    raise_errors: bool = True,
) -> int:
    """Run due jobs here and now, in order, until none is left; return how many ran.

    ``until`` also runs what falls due up to then. Jobs may ask for more jobs; these run too.
    An error is raised after it was recorded, unless ``raise_errors`` is false; a job that asks
    to be tried later (``Retry``) is no error.
    """
    store.rescue()
    wanted = store.Wanted(queues=queues, workspace_id=workspace_id, due_by=until)
    count = 0
    with Heartbeat() as heartbeat:
        while claimed := store.claim(HANDFUL, owner=this_process(), wanted=wanted):
            for job in claimed:
                heartbeat.hold(job)
            for position, job in enumerate(claimed):
                error = run(job)
                heartbeat.let_go(job)
                count += 1
                if error and raise_errors and not isinstance(error, Retry):
                    _release(claimed[position + 1 :])
                    raise error
    return count


def _release(jobs: list[Job]) -> None:
    for job in jobs:
        store.release(job)


def _call(task: JobTask[..., object], job: Job) -> None:
    # Within somebody's transaction (a test, an import) a savepoint keeps an error in a query
    # from spoiling the transaction before the error can be recorded.
    guard = transaction.atomic() if task.atomic or connection.in_atomic_block else nullcontext()
    with guard:
        task.call(*job.args, **job.kwargs)
        if not store.finish(job):
            raise LeaseLost


def _fail(job: Job, error: BaseException, backoff: Backoff) -> None:
    next_step = after_failure(
        error,
        final=isinstance(error, Refusal | GiveUp),
        attempts=job.attempts,
        max_attempts=job.max_attempts,
        backoff=backoff,
        roll=random.random(),
    )
    recorded = describe(error)
    facts = {"job": job.id, "task": job.task, "error": recorded["class"], "code": recorded["code"]}
    if isinstance(next_step, Dead):
        kept = store.bury(job, recorded)
        log.error("job is dead", extra=facts)
    else:
        due_at = now() + timedelta(seconds=next_step.after_s)
        kept = store.put_back(job, due_at, recorded, counted=next_step.counted)
        log.warning("job will be tried again", extra=facts)
    if not kept:
        log.warning("job lost its lease", extra=facts)
