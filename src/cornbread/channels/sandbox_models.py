"""What the sandbox network keeps: it is a small server of its own, inside the database."""

from django.db import models
from django.db.models import Q


class SandboxPost(models.Model):
    """A post on the sandbox network, by a scripted customer or by the brand.

    A post is ``scheduled`` until ``due_at``, then ``posted`` and numbered by ``seq``, which is
    what a listener counts by. ``script_key`` names the scene, the customer and the step that the
    script goes on from when the post is answered.
    """

    class State(models.TextChoices):
        SCHEDULED = "scheduled"
        POSTED = "posted"
        CALLED_OFF = "called_off"

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="sandbox_posts")
    external_id = models.CharField(max_length=80)
    author_id = models.CharField(max_length=80)
    author_handle = models.CharField(max_length=80)
    author_name = models.CharField(max_length=120, blank=True)
    author_followers = models.PositiveIntegerField(null=True, blank=True)
    text = models.TextField()
    lang = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    in_reply_to = models.CharField(max_length=80, blank=True)
    visibility = models.CharField(max_length=10, default="public")
    addressed = models.BooleanField(default=False)
    ours = models.BooleanField(default=False)
    script_key = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SCHEDULED)
    seq = models.PositiveBigIntegerField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=120, blank=True)
    favourited = models.BooleanField(default=False)
    boosted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "external_id"], name="sandbox_post_once"),
            models.UniqueConstraint(fields=["channel", "seq"], name="sandbox_post_in_order"),
            models.UniqueConstraint(
                fields=["channel", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="sandbox_reply_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "due_at"],
                condition=Q(state="scheduled"),
                name="sandbox_post_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.author_handle}: {self.text[:40]}"


class SandboxFollow(models.Model):
    """The brand follows a customer on the sandbox network."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="+")
    author_id = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "author_id"], name="sandbox_follow_once")
        ]

    def __str__(self) -> str:
        return self.author_id


class SandboxFault(models.Model):
    """Something that will go wrong with the next reply; used up by it, the oldest first."""

    class Kind(models.TextChoices):
        UNREACHABLE = "unreachable", "503, and the reply is not taken"
        LOST_ANSWER = "lost_answer", "The reply is taken, and the connection breaks"
        LOST_REQUEST = "lost_request", "The connection breaks, and the reply is not taken"
        RATE_LIMITED = "rate_limited", "429"
        REJECTED = "rejected", "422"
        ACCESS_LOST = "access_lost", "401"

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)

    def __str__(self) -> str:
        return self.kind
