"""What members did to conversations, kept as long as it can be taken back or asked about."""

from django.db import models


class Change(models.Model):
    """One step that a member wanted done to one or many conversations; see domain.changes."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        UNDOING = "undoing"
        UNDONE = "undone"

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    by = models.ForeignKey("team.Member", models.CASCADE, related_name="+")
    step = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    total = models.PositiveIntegerField()
    created_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.step.get('do')} on {self.total}"


class Changed(models.Model):
    """What became of one conversation of a change, and how it stood before.

    ``entry_id`` is the newest entry that the step made: whatever is newer is somebody's later
    doing. ``trouble`` says why it was refused, or why it was not taken back.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        ALREADY = "already"
        REFUSED = "refused"
        TAKEN_BACK = "taken_back"
        KEPT = "kept"

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    change = models.ForeignKey(Change, models.CASCADE, related_name="items", db_index=False)
    conversation = models.ForeignKey("care.Conversation", models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    trouble = models.CharField(max_length=300, blank=True)
    before = models.JSONField(default=dict)
    entry_id = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["change", "outcome", "id"], name="changed_outcome")]

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.outcome}"
