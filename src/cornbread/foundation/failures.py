"""Failed jobs in words: what each was to do, and why it was given up."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cornbread.foundation.jobs import GiveUp
from cornbread.foundation.jobs.task import find
from cornbread.foundation.models import Job
from cornbread.foundation.outbox import react, reaction_named

_OTHER_VERSION = (
    "Another version of Cornbread asked for it, and this one cannot do it any more. "
    "Running it again will not help."
)
#: By the code that was kept of the error.
_REASONS = {
    "error": "Something broke inside Cornbread. Run it again; if it fails again, report it.",
    "worker_died": "The process that did it ended in the middle, time after time.",
    "retry": "The other side kept putting it off until all attempts were used up.",
    "not_found": "What it was about is not there any more.",
    "stale": "What it was about had changed in the meantime.",
    "job_removed": _OTHER_VERSION,
    "reaction_removed": _OTHER_VERSION,
    "event_removed": _OTHER_VERSION,
    "event_changed": _OTHER_VERSION,
}
_REFUSED = "It was refused, and trying again by itself would not have changed that."


@dataclass(frozen=True)
class Failure:
    """A failed job. ``work`` and ``why`` are sentences; ``task`` names it in the code.

    ``error`` is the class of the last error and ``code`` its stable short word. The message of
    an error is never kept: it may hold a customer's words.
    """

    id: int
    workspace_id: int | None
    work: str
    task: str
    queue: str
    error: str
    code: str
    why: str
    attempts: int
    failed_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def failure_of(job: Job) -> Failure:
    """A dead job, explained."""
    kept = job.last_error or {}
    code = str(kept.get("code", "error"))
    return Failure(
        id=job.id,
        workspace_id=job.workspace_id,
        work=_work_of(job),
        task=_name_of(job),
        queue=job.queue,
        error=str(kept.get("class", "")),
        code=code,
        why=_REASONS.get(code, _REFUSED),
        attempts=job.attempts,
        failed_at=job.finished_at,
    )


def _name_of(job: Job) -> str:
    """The function; for a reaction its own name, for all reactions are run by one task."""
    is_reaction = job.task == react.module_path and job.args
    return str(job.args[0]) if is_reaction else job.task


def _work_of(job: Job) -> str:
    """The first line of the function's own description."""
    if job.task == react.module_path:
        function = reaction_named(_name_of(job))
    else:
        try:
            function = find(job.task).func
        except GiveUp:
            function = None
    words = (function.__doc__ or "") if function else ""
    first = words.strip().partition("\n")[0].partition(";")[0].rstrip(".")
    return f"{first}." if first else "Something that this version does not know."
