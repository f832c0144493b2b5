"""One piece of work that was asked for, and how far it got."""

from django.db import models
from django.db.models import Q


class JobState(models.TextChoices):
    """Where a job stands: waiting, claimed by a worker, finished well, or given up."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


UNFINISHED = (JobState.READY, JobState.RUNNING)


class Job(models.Model):
    """A job in its queue. Written in the transaction of the change that asked for it.

    A running job is held by ``lease_owner`` until ``lease_until``, which its worker moves on by
    ``lease_s`` seconds at a time. ``attempts`` counts claims,
    so that a job that kills its worker also comes to an end; together with the owner it also
    tells one claim from the next. ``again`` asks for another run after the present one.
    """

    id = models.BigAutoField(primary_key=True)
    task = models.CharField(max_length=200)
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    queue = models.CharField(max_length=40)
    priority = models.SmallIntegerField(default=0)
    workspace_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.READY)
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    lease_s = models.FloatField(default=60)
    lease_until = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=200, default="")
    dedupe_key = models.CharField(max_length=200, null=True)
    again = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "dedupe_key"],
                condition=Q(state__in=UNFINISHED),
                name="job_once_while_unfinished",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-priority", "due_at", "id"],
                condition=Q(state=JobState.READY),
                name="job_to_claim",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state=JobState.RUNNING), name="job_leased"
            ),
            models.Index(
                fields=["task", "dedupe_key"],
                condition=Q(dedupe_key__isnull=False),
                name="job_by_key",
            ),
            models.Index(
                fields=["state", "finished_at"],
                condition=Q(state__in=[JobState.DONE, JobState.DEAD]),
                name="job_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.id} ({self.state})"
