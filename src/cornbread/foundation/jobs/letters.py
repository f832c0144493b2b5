"""Dead letters: jobs that were given up, to be looked at and perhaps replayed."""

from django.db import IntegrityError, transaction

from cornbread.foundation.clock import now
from cornbread.foundation.errors import NotFound, Stale
from cornbread.foundation.jobs.wake import wake
from cornbread.foundation.models import Job, JobState


def dead_letters(*, workspace_id: int | None = None, limit: int = 100) -> list[Job]:
    """Jobs that were given up, the latest first; ``last_error`` says why."""
    dead = Job.objects.filter(state=JobState.DEAD)
    if workspace_id is not None:
        dead = dead.filter(workspace_id=workspace_id)
    return list(dead.order_by("-finished_at", "-id")[:limit])


def replay(job_id: int) -> None:
    """Give a dead job all its attempts again, beginning now."""
    dead = Job.objects.filter(id=job_id, state=JobState.DEAD)
    try:
        with transaction.atomic():
            replayed = dead.update(state=JobState.READY, attempts=0, due_at=now(), finished_at=None)
    except IntegrityError as error:
        raise Stale("A newer job for the same thing is already on its way.") from error
    if not replayed:
        raise NotFound("There is no dead job with this number.")
    transaction.on_commit(wake, robust=True)
