"""Watches, and the posts that were kept because of them or because they were meant for us."""

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


class Mention(models.Model):
    """A post that was kept: addressed to us, caught by a watch, ours, or in a thread of ours.

    ``root`` is the external id of the topmost known reference of its reply chain; a parent that
    was never heard counts by its id. ``anchor`` of a post of ours is the external id of the
    customer's post that it answers (or of the unknown post where the chain ends), empty for
    announcements. See listening.domain.threads.
    """

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="mentions")
    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="mentions")
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
                fields=["workspace", "source", "external_id"], name="mention_once"
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "-posted_at", "-id"], name="mention_newest"),
            models.Index(fields=["workspace", "source", "root"], name="mention_root"),
            models.Index(
                fields=["workspace", "source", "anchor"],
                name="mention_anchor",
                condition=~models.Q(anchor=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}/{self.external_id}"


class Catch(models.Model):
    """That a watch caught a mention."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    watch = models.ForeignKey(Watch, models.CASCADE, related_name="catches")
    mention = models.ForeignKey(Mention, models.CASCADE, related_name="catches")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watch", "mention"], name="catch_once")]

    def __str__(self) -> str:
        return f"watch {self.watch_id} caught {self.mention_id}"


class Payload(models.Model):
    """A version of a post as the network sent it, so that a better parser can read it again."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    mention = models.ForeignKey(Mention, models.CASCADE, related_name="payloads")
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


class Volume(models.Model):
    """How many posts a stream brought in an hour, kept or not: volume is data."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    heard = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "hour"], name="volume_once")]

    def __str__(self) -> str:
        return f"{self.heard} heard in the hour of {self.hour}"
