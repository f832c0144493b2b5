"""Conversations and their append-only timelines."""

from django.db import models

from cornbread.care.domain.lateness import LATE_FROM


class Label(models.Model):
    """A word that conversations are sorted by."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="labels")
    name = models.CharField(max_length=60)
    colour = models.CharField(max_length=12, default="blue")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="label_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Conversation(models.Model):
    """One case with one person, across public and direct messages.

    The status and everything from ``level`` down are worked out from the timeline by
    ``care.refreshing`` and could be thrown away and computed again. ``due_at`` is when the level
    drops next; null when it cannot.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        PENDING = "pending"
        SNOOZED = "snoozed"
        RESOLVED = "resolved"

    class Priority(models.TextChoices):
        LOW = "low"
        NORMAL = "normal"
        HIGH = "high"
        URGENT = "urgent"

    # Every index is paid for with every post, so there are only those that a read needs: the
    # keys of others are indexed by the lists below, or only where they are set, or not at all.
    # For the same reason the database does not check with every row that its workspace and its
    # channel exist: PostgreSQL would lock these two once more for each, and Django sees to it that
    # neither goes before its conversations do.
    workspace = models.ForeignKey(
        "team.Workspace",
        models.CASCADE,
        related_name="conversations",
        db_index=False,
        db_constraint=False,
    )
    channel = models.ForeignKey(
        "channels.Channel",
        models.PROTECT,
        related_name="conversations",
        db_index=False,
        db_constraint=False,
    )
    person = models.ForeignKey(
        "people.Person",
        models.PROTECT,
        related_name="conversations",
        db_index=False,
        db_constraint=False,
    )
    identity = models.ForeignKey("people.Identity", models.PROTECT, related_name="conversations")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    assignee = models.ForeignKey(
        "team.Member", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(
        "team.Team", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    labels = models.ManyToManyField(Label, related_name="conversations", blank=True)
    priority = models.CharField(max_length=6, choices=Priority.choices, default=Priority.NORMAL)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="merged", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    level = models.PositiveSmallIntegerField(null=True, blank=True)
    first_message_at = models.DateTimeField(null=True, blank=True)
    first_answer_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    preview = models.CharField(max_length=200, blank=True)
    last_entry_id = models.PositiveBigIntegerField(default=0)
    #: What the inbox is ordered by, smallest first; see domain.clock.position.
    position = models.BigIntegerField(default=0)
    #: When time alone changes the clock or the status, so that both are worked out again.
    changes_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["workspace", "status", "position", "id"],
                name="conversation_urgent",
                condition=models.Q(merged_into=None),
            ),
            models.Index(fields=["person"], name="conversation_person"),
            # The lists of one colleague and of one team, in their order.
            models.Index(
                fields=["assignee", "status", "position", "id"],
                name="conversation_assigned",
                condition=models.Q(assignee__isnull=False),
            ),
            models.Index(
                fields=["team", "status", "position", "id"],
                name="conversation_of_team",
                condition=models.Q(team__isnull=False),
            ),
            # Lists by level, for those that were answered: all others begin with 0.
            models.Index(
                fields=["workspace", "level", "status", "position", "id"],
                name="conversation_level",
                condition=models.Q(merged_into=None, level__gt=0),
            ),
            models.Index(
                fields=["merged_into"],
                name="conversation_merged",
                condition=models.Q(merged_into__isnull=False),
            ),
            models.Index(
                fields=["workspace", "priority", "status", "position", "id"],
                name="conversation_prioritised",
                condition=models.Q(merged_into=None) & ~models.Q(priority="normal"),
            ),
            models.Index(
                fields=["changes_at"],
                name="conversation_changes",
                condition=models.Q(changes_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"conversation {self.pk}"

    @property
    def late(self) -> bool:
        """Whether it was heard late and nobody has taken it up; see domain.lateness."""
        return self.position >= LATE_FROM


class Strand(models.Model):
    """A reply chain on a network, with one customer, that belongs to a conversation."""

    workspace = models.ForeignKey(
        "team.Workspace", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="strands", db_constraint=False
    )
    source = models.CharField(max_length=200)
    root = models.CharField(max_length=300)
    identity = models.ForeignKey(
        "people.Identity", models.PROTECT, related_name="+", db_constraint=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "source", "root", "identity"], name="strand_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}/{self.root}"


class Entry(models.Model):
    """One thing that happened in a conversation; never changed, only added.

    Messages point at the mention that was heard and, when we sent them, at the delivery. The
    ``external_id`` of what we said lets the sending and the hearing of it become one entry.
    """

    # As few indexes and checks as a conversation has, and for the same reasons.
    workspace = models.ForeignKey(
        "team.Workspace", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    conversation = models.ForeignKey(
        Conversation,
        models.CASCADE,
        related_name="entries",
        db_index=False,
        db_constraint=False,
    )
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    visibility = models.CharField(max_length=10, default="public")
    human = models.BooleanField(default=True)
    member = models.ForeignKey(
        "team.Member", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    channel = models.ForeignKey(
        "channels.Channel",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    identity = models.ForeignKey(
        "people.Identity",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    mention = models.OneToOneField(
        "listening.Mention",
        models.PROTECT,
        null=True,
        related_name="entry",
        db_constraint=False,
    )
    delivery = models.OneToOneField(
        "outbound.Delivery", models.PROTECT, null=True, related_name="entry"
    )
    source = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "source", "external_id"],
                name="entry_message_once",
                condition=~models.Q(external_id=""),
            )
        ]
        indexes = [
            models.Index(fields=["conversation", "at", "id"], name="entry_timeline"),
            models.Index(
                fields=["member"], name="entry_member", condition=models.Q(member__isnull=False)
            ),
            # Messages keep their words elsewhere; these are notes.
            models.Index(
                fields=["workspace", "-id"], name="entry_noted", condition=~models.Q(text="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.conversation_id}"


class Presence(models.Model):
    """Who has a conversation open right now, and whether they are writing."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="presences")
    member = models.ForeignKey("team.Member", models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    writing = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "member"], name="presence_once")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} looks at {self.conversation_id}"
