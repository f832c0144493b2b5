"""Running claimed jobs: what a worker's threads do, and ``drain`` does in place."""

import random
import time
from collections.abc import Collection
from contextlib import nullcontext
from datetime import datetime, timedelta

from django.db import connection, transaction

from cornbread.foundation import metrics
from cornbread.foundation.clock import now
from cornbread.foundation.errors import Refusal
from cornbread.foundation.jobs import store
from cornbread.foundation.jobs.domain import Backoff, Dead, GiveUp, Retry, after_failure
from cornbread.foundation.jobs.heartbeat import Heartbeat
from cornbread.foundation.jobs.owner import this_process
from cornbread.foundation.jobs.task import JobTask, find
from cornbread.foundation.jobs.trace import describe
from cornbread.foundation.logs import get_logger, in_job
from cornbread.foundation.models import Job

log = get_logger(__name__)

#: Jobs that ``drain`` claims at a time, at the most.
HANDFUL = 16
#: It claims what it will have run in about so many seconds, and leaves the rest to others.
HANDFUL_S = 0.05
#: How often it looks for what others still run.
WAIT_POLL_S = 0.02


class LeaseLost(Exception):
    """Another worker took the job over; whatever was done in its transaction is undone."""


def run(job: Job) -> BaseException | None:
    """Run a claimed job and settle it; return its error, if it had one."""
    began = time.perf_counter()
    with in_job(str(job.id)):
        error = _run(job)
    _count(job, error, time.perf_counter() - began)
    return error


def _count(job: Job, error: BaseException | None, took_s: float) -> None:
    outcome = "failed" if error and not isinstance(error, Retry) else "again" if error else "done"
    metrics.JOBS.labels(job.queue, outcome).inc()
    metrics.JOB_SECONDS.labels(job.queue).observe(took_s)
    if job.queue == "reactions" and error is None and job.args:
        # The first argument names the reaction; the job is as old as the event.
        age = (now() - job.created_at).total_seconds()
        metrics.REACTION_SECONDS.labels(str(job.args[0])).observe(max(age, 0))


def _run(job: Job) -> BaseException | None:
    backoff = Backoff()
    try:
        if not store.begin(job):
            raise LeaseLost
        task = find(job.task)
        backoff = task.backoff
        _call(task, job)
    except LeaseLost as error:
        log.warning("job lost its lease", task=job.task)
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
    wait_s: float = 0,
) -> int:
    """Run due jobs here and now, in order, until none is left; return how many ran.

    ``until`` also runs what falls due up to then. Jobs may ask for more jobs; these run too.
    An error is raised after it was recorded, unless ``raise_errors`` is false; a job that asks
    to be tried later (``Retry``) is no error. With ``wait_s``, jobs of the selection that
    workers elsewhere are running are waited for, up to so many seconds.
    """
    store.rescue()
    wanted = store.Wanted(queues=queues, workspace_id=workspace_id, due_by=until)
    count, handful, give_up_at = 0, 1, time.monotonic() + wait_s
    with Heartbeat() as heartbeat:
        while (claimed := store.claim(handful, owner=this_process(), wanted=wanted)) or (
            time.monotonic() < give_up_at and _pause_for_others(wanted)
        ):
            began = time.monotonic()
            for job in claimed:
                heartbeat.hold(job)
            for position, job in enumerate(claimed):
                error = run(job)
                heartbeat.let_go(job)
                count += 1
                if error and raise_errors and not isinstance(error, Retry):
                    _release(claimed[position + 1 :])
                    raise error
            handful = _handful(len(claimed), time.monotonic() - began)
    return count


def _handful(ran: int, took_s: float) -> int:
    """How many jobs to claim next, where so many took so long."""
    return max(1, min(HANDFUL, int(ran * HANDFUL_S / max(took_s, 0.001))))


def _pause_for_others(wanted: store.Wanted) -> bool:
    """Wait a moment if somebody is running such a job; false if nobody is."""
    if not store.unfinished(wanted):
        return False
    store.rescue()
    time.sleep(WAIT_POLL_S)
    return True


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
    facts = {"task": job.task, "kind": recorded["class"], "code": recorded["code"]}
    if isinstance(next_step, Dead):
        kept = store.bury(job, recorded)
        log.exception("job is dead", **facts)
    else:
        due_at = now() + timedelta(seconds=next_step.after_s)
        kept = store.put_back(job, due_at, recorded, counted=next_step.counted)
        log.warning("job will be tried again", due_at=due_at, **facts)
    if not kept:
        log.warning("job lost its lease", **facts)
