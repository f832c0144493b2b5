"""One recorded event: what open pages hear about, and what a person can look up afterwards."""

from django.db import models


class EventRecord(models.Model):
    """An event that was emitted, written in the transaction that made it true.

    ``workspace_id`` is a plain number: the workspace's own room comes after this one.
    """

    id = models.BigAutoField(primary_key=True)
    workspace_id = models.BigIntegerField()
    kind = models.CharField(max_length=120)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    live = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(
                fields=["workspace_id", "id"],
                condition=models.Q(live=True),
                name="event_live_after",
            ),
            models.Index(fields=["created_at"], name="event_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
