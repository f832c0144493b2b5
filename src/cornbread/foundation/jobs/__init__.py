"""Jobs: work to be done later, at least once, in the database of the change that asks for it."""

from cornbread.foundation.jobs.domain import Backoff, GiveUp, Retry
from cornbread.foundation.jobs.letters import dead_letters, replay
from cornbread.foundation.jobs.periodic import every
from cornbread.foundation.jobs.run import drain
from cornbread.foundation.jobs.task import JobTask, enqueue, job
from cornbread.foundation.jobs.worker import Worker

__all__ = [
    "Backoff",
    "GiveUp",
    "JobTask",
    "Retry",
    "Worker",
    "dead_letters",
    "drain",
    "enqueue",
    "every",
    "job",
    "replay",
]
