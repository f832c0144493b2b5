"""Django's Tasks interface over the Job table."""

from typing import Any, ParamSpec, TypeVar

from django.db import transaction
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist
from django_tasks.utils import normalize_json

from cornbread.foundation.clock import now
from cornbread.foundation.jobs import store
from cornbread.foundation.jobs.task import JobTask, find, workspace_of
from cornbread.foundation.jobs.wake import wake
from cornbread.foundation.models import Job, JobState

P = ParamSpec("P")
T = TypeVar("T")

_STATUS = {
    JobState.READY: TaskResultStatus.READY,
    JobState.RUNNING: TaskResultStatus.RUNNING,
    JobState.DONE: TaskResultStatus.SUCCESSFUL,
    JobState.DEAD: TaskResultStatus.FAILED,
}


class DatabaseBackend(BaseTaskBackend):
    """Keeps jobs in the database, in the transaction of the change that asks for them.

    Return values are not kept: what a job found out, it writes where it belongs.
    """

    task_class = JobTask
    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(
        self,
        task: Task[P, T],
        args: Any,
        kwargs: Any,
    ) -> TaskResult[T]:
        """Write the job; it becomes visible to workers when the caller's transaction commits."""
        self.validate_task(task)
        if not isinstance(task, JobTask):
            raise InvalidTaskError("This backend runs functions decorated with @job.")
        moment = now()
        job = store.add(
            Job(
                task=task.module_path,
                args=normalize_json(list(args)),
                kwargs=normalize_json(kwargs),
                queue=task.queue_name,
                priority=task.priority,
                workspace_id=workspace_of(task, args, kwargs),
                max_attempts=task.max_attempts,
                due_at=task.run_after or moment,
                lease_s=task.lease_s,
                dedupe_key=task.dedupe_key,
                created_at=moment,
            )
        )
        transaction.on_commit(wake, robust=True)
        return self._result(job, task)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """How far the job got."""
        job = Job.objects.filter(id=int(result_id)).first() if result_id.isdigit() else None
        if job is None:
            raise TaskResultDoesNotExist(result_id)
        return self._result(job, find(job.task))

    def _result(self, job: Job, task: Task[..., T]) -> TaskResult[T]:
        return TaskResult(
            task=task,
            id=str(job.id),
            status=_STATUS[JobState(job.state)],
            enqueued_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            last_attempted_at=job.started_at,
            args=job.args,
            kwargs=job.kwargs,
            backend=self.alias,
            errors=_errors(job),
            worker_ids=[job.lease_owner] * job.attempts,
        )


def _errors(job: Job) -> list[TaskError]:
    if not job.last_error:
        return []
    return [
        TaskError(
            exception_class_path=job.last_error["class"], traceback=job.last_error["traceback"]
        )
    ]
