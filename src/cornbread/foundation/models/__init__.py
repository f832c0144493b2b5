"""What the foundation keeps in the database."""

from cornbread.foundation.models.event_record import EventRecord
from cornbread.foundation.models.job import UNFINISHED, Job, JobState

__all__ = ["UNFINISHED", "EventRecord", "Job", "JobState"]
