"""Jobs as functions: ``@job`` makes one, ``enqueue`` asks for it to be run."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

from django.utils.module_loading import import_string
from django_tasks import task as django_task
from django_tasks.base import Task

from cornbread.foundation.jobs.domain import Backoff, GiveUp

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTask(Task[P, T]):
    """A Django task with what the database backend needs to know besides.

    With ``atomic`` the job and its mark "done" are one transaction: its changes happen exactly
    once. Such a job must not talk to the network, for it holds the transaction meanwhile.
    """

    max_attempts: int = 8
    lease_s: float = 60.0
    backoff: Backoff = field(default_factory=Backoff)
    atomic: bool = False
    dedupe_key: str | None = None


def job(
    *,
    queue: str = "default",
    max_attempts: int = 8,
    lease_s: float = 60.0,
    backoff: Backoff | None = None,
    priority: int = 0,
    atomic: bool = False,
) -> Callable[[Callable[P, T]], JobTask[P, T]]:
    """Make a module-level function a job of ``queue``, to be called later by ``.enqueue()``.

    ``lease_s``: after so many seconds without a sign of life another worker takes the job over.
    A parameter named ``workspace_id`` also says whose job it is. Arguments must fit JSON.
    """

    def decorate(function: Callable[P, T]) -> JobTask[P, T]:
        made: Task[P, T] = django_task(
            priority=priority,
            queue_name=queue,
            max_attempts=max_attempts,
            lease_s=lease_s,
            backoff=backoff or Backoff(),
            atomic=atomic,
        )(function)
        if not isinstance(made, JobTask):
            raise TypeError("TASKS['default'] must be cornbread's DatabaseBackend")
        return made

    return decorate


def enqueue(
    task: JobTask[..., Any],
    *args: Any,
    dedupe_key: str | None = None,
    run_after: datetime | None = None,
    **kwargs: Any,
) -> int:
    """Ask for a job, in the caller's transaction; return its id.

    With a ``dedupe_key`` there is at most one unfinished job of that task and key: if one is
    waiting, its id is returned and nothing is added; if one is running, it runs once more when
    it is through, since it may have looked before the caller's change.
    """
    if run_after is not None:
        task = task.using(run_after=run_after)
    if dedupe_key is not None:
        task = replace(task, dedupe_key=dedupe_key)
    return int(task.enqueue(*args, **kwargs).id)


def find(path: str) -> JobTask[..., Any]:
    """The job function at this module path; one that is gone cannot ever run: GiveUp."""
    try:
        found = import_string(path)
    except ImportError as error:
        raise GiveUp("job_removed") from error
    if not isinstance(found, JobTask):
        raise GiveUp("job_removed")
    return found


def workspace_of(task: Task[..., Any], args: Any, kwargs: Any) -> int | None:
    """The workspace that the arguments name; also refuses arguments that do not fit."""
    bound = _signature(task.func).bind(*args, **kwargs).arguments
    workspace_id = bound.get("workspace_id")
    return workspace_id if isinstance(workspace_id, int) else None


@lru_cache(maxsize=512)
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)
