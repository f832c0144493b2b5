"""Jobs that come round again: ``@every(seconds=60)``."""

from collections.abc import Callable, Collection
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from cornbread.foundation.clock import now
from cornbread.foundation.db import serialise
from cornbread.foundation.jobs.domain import period_of
from cornbread.foundation.jobs.task import JobTask, enqueue
from cornbread.foundation.models import UNFINISHED, Job

P = ParamSpec("P")
T = TypeVar("T")

#: A finished job is the memory that its period was served, and is kept at least this long.
LONGEST_PERIOD_S = 86_400

_periodic: dict[str, tuple[JobTask[[], Any], int]] = {}


def every(*, seconds: int) -> Callable[[JobTask[[], T]], JobTask[[], T]]:
    """Run the job (which takes no arguments) once in every period of so many seconds.

    However many workers there are, it runs once; a period in which none was up is left out, and
    so is one that begins while the last run still goes on. Put it above ``@job``.
    """
    if not 1 <= seconds <= LONGEST_PERIOD_S:
        raise ValueError(f"a period lasts 1 to {LONGEST_PERIOD_S} seconds, not {seconds}")

    def register(task: JobTask[[], T]) -> JobTask[[], T]:
        _periodic[task.module_path] = (task, seconds)
        return task

    return register


class Rounds:
    """Enqueues what has come round; remembers the last periods so as to ask seldom."""

    def __init__(self) -> None:
        self._served: dict[str, int] = {}

    def enqueue_due(self, queues: Collection[str] | None = None) -> int:
        """Enqueue every periodic job whose period is not served yet; return how many."""
        moment, count = now(), 0
        for path, (task, seconds) in _periodic.items():
            period = period_of(moment, seconds)
            if self._served.get(path) == period:
                continue
            if queues is None or task.queue_name in queues:
                count += _serve(task, period)
            self._served[path] = period
        return count


@transaction.atomic
def _serve(task: JobTask[[], object], period: int) -> bool:
    path, key = task.module_path, f"period:{period}"
    # Between our look and our insert another worker might insert, run and finish the job.
    serialise(f"every:{path}", 0)
    jobs = Job.objects.filter(task=path)
    if jobs.filter(dedupe_key=key).exists() or jobs.filter(state__in=UNFINISHED).exists():
        return False
    enqueue(task, dedupe_key=key)
    return True
