"""Jobs: work to be done later, at least once, in the database of the change that asks for it."""

from cornbread.foundation.jobs.domain import Backoff, GiveUp, Retry
from cornbread.foundation.jobs.run import drain
from cornbread.foundation.jobs.task import JobTask, enqueue, job

__all__ = ["Backoff", "GiveUp", "JobTask", "Retry", "drain", "enqueue", "job"]
