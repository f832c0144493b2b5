"""What the foundation keeps in the database."""

from cornbread.foundation.models.event_record import EventRecord
from cornbread.foundation.models.job import UNFINISHED, Job, JobState
from cornbread.foundation.models.keycheck import KeyCheck

__all__ = ["UNFINISHED", "EventRecord", "Job", "JobState", "KeyCheck"]
