"""Dead letters: jobs that were given up, to be looked at and perhaps replayed."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from cornbread.foundation.clock import now
from cornbread.foundation.errors import NotFound, Stale
from cornbread.foundation.jobs.wake import wake
from cornbread.foundation.models import Job, JobState


def dead_letters(
    *,
    workspace_id: int | None = None,
    limit: int = 100,
    after: tuple[datetime, int] | None = None,
) -> list[Job]:
    """Jobs that were given up, the latest first; ``last_error`` says why.

    ``workspace_id`` limits them to one workspace; ``after`` is where the list goes on: when the
    last one was given up, and its id.
    """
    dead = _dead(workspace_id)
    if after is not None:
        moment, job_id = after
        dead = dead.filter(Q(finished_at__lt=moment) | Q(finished_at=moment, id__lt=job_id))
    return list(dead.order_by("-finished_at", "-id")[:limit])


def replay(job_id: int, *, workspace_id: int | None = None) -> None:
    """Give a dead job all its attempts again, beginning now."""
    dead = _dead(workspace_id).filter(id=job_id)
    try:
        with transaction.atomic():
            replayed = dead.update(state=JobState.READY, attempts=0, due_at=now(), finished_at=None)
    except IntegrityError as error:
        raise Stale("A newer job for the same thing is already on its way.") from error
    if not replayed:
        raise NotFound("There is no failed job with this number.")
    transaction.on_commit(wake, robust=True)


def _dead(workspace_id: int | None) -> QuerySet[Job]:
    dead = Job.objects.filter(state=JobState.DEAD)
    return dead if workspace_id is None else dead.filter(workspace_id=workspace_id)
