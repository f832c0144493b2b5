"""Jobs that were given up, begun again by a person."""

from django.db import transaction

from cornbread.foundation.jobs import replay
from cornbread.team.actions.audit import record
from cornbread.team.models import Member


@transaction.atomic
def replay_job(job_id: int, *, by: Member) -> None:
    """Give a failed job of the workspace all its attempts again. Jobs are safe to run twice.

    Raises NotFound unless it is there and failed, and Stale while a newer one does the same.
    """
    by.require("job.replay")
    replay(job_id, workspace_id=by.workspace_id)
    record(by.workspace_id, by, "job.replayed", f"job:{job_id}")
