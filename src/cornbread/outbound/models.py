"""What we are about to say, and what became of it."""

from django.db import models


class Draft(models.Model):
    """What one member has written and not sent, kept for them alone.

    ``context`` names what it belongs to, e.g. ``conversation:17``; ``basis`` is what the member
    had seen of it when they last looked.
    """

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    member = models.ForeignKey("team.Member", models.CASCADE, related_name="drafts")
    context = models.CharField(max_length=60)
    text = models.TextField(blank=True)
    mode = models.CharField(max_length=10, default="public")
    basis = models.PositiveBigIntegerField(default=0)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "context"], name="draft_once")]

    def __str__(self) -> str:
        return f"draft of {self.member_id} for {self.context}"


class Delivery(models.Model):
    """One post on its way to a network, and where it stands."""

    class State(models.TextChoices):
        HELD = "held"
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        UNCERTAIN = "uncertain"
        DROPPED = "dropped"

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey("channels.Channel", models.PROTECT, related_name="deliveries")
    context = models.CharField(max_length=60)
    text = models.TextField()
    visibility = models.CharField(max_length=10, default="public")
    in_reply_to = models.CharField(max_length=300, blank=True)
    recipient = models.ForeignKey("people.Identity", models.PROTECT, null=True, related_name="+")
    lang = models.CharField(max_length=12, blank=True)
    idempotency_key = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    trouble_code = models.CharField(max_length=40, blank=True)
    trouble = models.CharField(max_length=500, blank=True)
    external_id = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey("team.Member", models.PROTECT, related_name="deliveries")
    #: The rule that sent it with the rights of ``by``, as actors.Automation marks it; else empty.
    automation = models.JSONField(default=dict)
    resolved_by = models.ForeignKey("team.Member", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["workspace", "context"], name="delivery_context"),
            models.Index(
                fields=["workspace", "state"],
                name="delivery_open",
                condition=~models.Q(state__in=["sent", "dropped"]),
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk} ({self.state})"


class Gesture(models.Model):
    """A favourite, a boost or a follow: said without words, safe to repeat."""

    class Kind(models.TextChoices):
        FAVOURITE = "favourite"
        BOOST = "boost"
        FOLLOW = "follow"

    class State(models.TextChoices):
        QUEUED = "queued"
        DONE = "done"
        FAILED = "failed"

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    mention = models.ForeignKey("listening.Mention", models.CASCADE, related_name="gestures")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    trouble = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey("team.Member", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mention", "kind"], name="gesture_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.mention_id}"


class CannedResponse(models.Model):
    """An answer that is written once and used often. Its variables: ``domain.variables``.

    ``channel_kinds`` names the networks it fits, empty for all. Without a ``team`` it is
    everybody's; partners see such a one only where it is ``shared``.
    """

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    shortcut = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    text = models.TextField()
    lang = models.CharField(max_length=12, blank=True)
    channel_kinds = models.JSONField(default=list, blank=True)
    team = models.ForeignKey("team.Team", models.SET_NULL, null=True, blank=True, related_name="+")
    shared = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey("team.Member", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_by = models.ForeignKey("team.Member", models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)
    times_used = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "shortcut"], name="canned_shortcut_once")
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"


class CannedUse(models.Model):
    """How often and when last a member used a canned response."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    response = models.ForeignKey(CannedResponse, models.CASCADE, related_name="uses")
    member = models.ForeignKey("team.Member", models.CASCADE, related_name="+")
    times = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "member"], name="canned_use_once")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} used {self.response_id}"


class Signature(models.Model):
    """What stands below replies: the brand's where there is no member, else the member's own."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    member = models.ForeignKey(
        "team.Member", models.CASCADE, null=True, blank=True, related_name="+"
    )
    text = models.CharField(max_length=300, blank=True)
    on = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace"], condition=models.Q(member=None), name="signature_of_brand"
            ),
            models.UniqueConstraint(fields=["member"], name="signature_of_member"),
        ]

    def __str__(self) -> str:
        return self.text
