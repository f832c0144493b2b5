"""Watches, and the posts that were kept because of them or because they were meant for us.

Every index is paid for with every post. So foreign keys have none of their own where another
index begins with them, and none for what only a whole workspace or channel is deleted by: that
reads each table once.
"""

from django.db import models


class Watch(models.Model):
    """A saved listening query with an owner and a purpose."""

    class Purpose(models.TextChoices):
        BRAND = "brand", "Our brand"
        COMPETITOR = "competitor", "A competitor"
        TOPIC = "topic", "A topic"

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="watches")
    name = models.CharField(max_length=120)
    query = models.TextField()
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.BRAND)
    topic = models.CharField(max_length=120, blank=True)
    to_inbox = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    owner = models.ForeignKey("team.Member", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="watch_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Wave(models.Model):
    """Posts that say the same in nearly the same words within a short time, whoever wrote them.

    ``size`` counts its mentions. Two waves that turn out to be one become the older of them.
    """

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    size = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"wave {self.pk} of {self.size}"


class Mention(models.Model):
    """A post that was kept: addressed to us, caught by a watch, ours, or in a thread of ours.

    ``root`` is the external id of the topmost known reference of its reply chain; a parent that
    was never heard counts by its id. ``anchor`` of a post of ours is the external id of the
    customer's post that it answers (or of the unknown post where the chain ends), empty for
    announcements. See listening.domain.threads. ``links`` are addresses that came beside the
    text. ``late`` says that it was heard longer after its posting than the workspace's limit.
    """

    workspace = models.ForeignKey(
        "team.Workspace",
        models.CASCADE,
        related_name="mentions",
        db_index=False,
        db_constraint=False,
    )
    channel = models.ForeignKey(
        "channels.Channel",
        models.CASCADE,
        related_name="mentions",
        db_index=False,
        db_constraint=False,
    )
    source = models.CharField(max_length=200)
    external_id = models.CharField(max_length=300)
    identity = models.ForeignKey("people.Identity", models.PROTECT, related_name="mentions")
    ours = models.BooleanField(default=False)
    addressed = models.BooleanField(default=False)
    for_inbox = models.BooleanField(default=False)
    visibility = models.CharField(max_length=10, default="public")
    text = models.TextField()
    lang = models.CharField(max_length=12, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    attachments = models.JSONField(default=list)
    links = models.JSONField(default=list)
    repost = models.BooleanField(default=False)
    late = models.BooleanField(default=False)
    wave = models.ForeignKey(
        Wave, models.SET_NULL, null=True, blank=True, related_name="mentions", db_index=False
    )
    addressed_to = models.JSONField(default=list)
    in_reply_to = models.CharField(max_length=300, blank=True)
    root = models.CharField(max_length=300)
    anchor = models.CharField(max_length=300, blank=True)
    posted_at = models.DateTimeField()
    heard_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_id", "source", "workspace"], name="mention_once"
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "-posted_at", "-id"], name="mention_newest"),
            models.Index(fields=["root", "source", "workspace"], name="mention_root"),
            models.Index(
                fields=["anchor", "source", "workspace"],
                name="mention_anchor",
                condition=~models.Q(anchor=""),
            ),
            models.Index(
                fields=["wave", "-posted_at", "-id"],
                name="mention_wave",
                condition=models.Q(wave__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}/{self.external_id}"


class Catch(models.Model):
    """That a watch caught a mention."""

    workspace = models.ForeignKey(
        "team.Workspace", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    watch = models.ForeignKey(Watch, models.CASCADE, related_name="catches", db_index=False)
    mention = models.ForeignKey(
        Mention, models.CASCADE, related_name="catches", db_constraint=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watch", "mention"], name="catch_once")]

    def __str__(self) -> str:
        return f"watch {self.watch_id} caught {self.mention_id}"


class Link(models.Model):
    """A shortened address and where it leads, as far as that is known.

    ``address`` is canonical (see listening.domain.links); ``leads_to`` is empty until it is
    known. A failure is remembered with its time, so that it is tried again, ever more rarely.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        KNOWN = "known"
        FAILED = "failed"

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    address = models.CharField(max_length=500)
    leads_to = models.CharField(max_length=2000, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    trouble = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "address"], name="link_once")]
        indexes = [
            models.Index(
                fields=["due_at"], name="link_due", condition=models.Q(due_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.address


class Carrying(models.Model):
    """That a mention carries a shortened address."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    mention = models.ForeignKey(Mention, models.CASCADE, related_name="carried")
    link = models.ForeignKey(Link, models.CASCADE, related_name="carried_by")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mention", "link"], name="carrying_once")]

    def __str__(self) -> str:
        return f"mention {self.mention_id} carries {self.link_id}"


class Payload(models.Model):
    """A version of a post as the network sent it, so that a better parser can read it again."""

    workspace = models.ForeignKey(
        "team.Workspace", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    mention = models.ForeignKey(
        Mention, models.CASCADE, related_name="payloads", db_index=False, db_constraint=False
    )
    version = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    body = models.BinaryField()
    heard_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Edits keep the post's id, so the time of the edit joins the key.
            models.UniqueConstraint(fields=["mention", "version"], name="payload_once")
        ]

    def __str__(self) -> str:
        return f"payload {self.version} of {self.mention_id}"


class Tombstone(models.Model):
    """That a post was deleted before we heard it, remembered for some days in case it still comes:
    streams overtake each other.
    """

    workspace = models.ForeignKey(
        "team.Workspace", models.CASCADE, related_name="+", db_index=False
    )
    source = models.CharField(max_length=200)
    external_id = models.CharField(max_length=300)
    deleted_at = models.DateTimeField()
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "source", "external_id"], name="tombstone_once"
            )
        ]
        indexes = [models.Index(fields=["noted_at"], name="tombstone_age")]

    def __str__(self) -> str:
        return f"{self.source}/{self.external_id} is gone"


class HeldPost(models.Model):
    """A version of a post that nobody asked for, held for some days because it hangs on one that
    may still come: ``awaits`` is the id of what it answers, or its own for a later version.
    """

    workspace = models.ForeignKey(
        "team.Workspace", models.CASCADE, related_name="+", db_index=False
    )
    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="+")
    source = models.CharField(max_length=200)
    awaits = models.CharField(max_length=300)
    external_id = models.CharField(max_length=300)
    version = models.CharField(max_length=40)
    body = models.BinaryField()
    held_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "source", "awaits", "external_id", "version"],
                name="held_post_once",
            )
        ]
        indexes = [models.Index(fields=["held_at"], name="held_post_age")]

    def __str__(self) -> str:
        return f"{self.source}/{self.external_id} waits for {self.awaits}"


class Volume(models.Model):
    """How many posts a stream brought in an hour, kept or not: volume is data."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="+")
    stream = models.CharField(max_length=200, default="")
    hour = models.DateTimeField()
    heard = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "stream", "hour"], name="volume_once")
        ]

    def __str__(self) -> str:
        return f"{self.heard} heard in the hour of {self.hour}"
