"""Rules, macros, the systems that are told, and the record of what they did."""

from django.db import models

from cornbread.foundation.crypto import EncryptedJSONField


class Rule(models.Model):
    """On these occasions, if these conditions hold, do these steps.

    It acts with the rights of its ``keeper``, who saved it last. ``triggers``, ``conditions`` and
    ``steps`` are as automation.domain stores them. ``since`` is when it was switched on;
    ``waits_until`` how far the search for those who wait has come.
    """

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="rules")
    name = models.CharField(max_length=80)
    triggers = models.JSONField(default=list)
    wait_minutes = models.PositiveIntegerField(null=True, blank=True)
    conditions = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    sends = models.BooleanField(default=False)
    active = models.BooleanField(default=False)
    since = models.DateTimeField(null=True, blank=True)
    waits_until = models.DateTimeField(null=True, blank=True)
    keeper = models.ForeignKey("team.Member", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="rule_name_once")]

    def __str__(self) -> str:
        return self.name


class Firing(models.Model):
    """That a rule held of a conversation on one occasion, why, and what came of it.

    ``key`` names the occasion. ``why`` is the verdict, ``done`` what became of each step, ``chain``
    the rules that led there, this one last.
    """

    class State(models.TextChoices):
        DUE = "due", "Not begun"
        DONE = "done", "Done"
        PARTLY = "partly", "Partly refused"
        REFUSED = "refused", "Refused"
        STOPPED = "stopped", "Stopped"

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    rule = models.ForeignKey(Rule, models.CASCADE, related_name="firings")
    conversation = models.ForeignKey("care.Conversation", models.CASCADE, related_name="+")
    trigger = models.CharField(max_length=20)
    key = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    at = models.DateTimeField()
    why = models.JSONField(default=dict)
    done = models.JSONField(default=list)
    chain = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "conversation", "key"], name="firing_once")
        ]
        indexes = [models.Index(fields=["workspace", "-id"], name="firing_newest")]

    def __str__(self) -> str:
        return f"rule {self.rule_id} on {self.conversation_id}: {self.key}"


class Macro(models.Model):
    """An ordered list of steps that a person runs on a conversation."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="macros")
    name = models.CharField(max_length=80)
    steps = models.JSONField(default=list)
    made_by = models.ForeignKey("team.Member", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="macro_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """A macro that was run on one conversation, and what would take its steps back.

    ``batch`` joins the runs that were asked for together.
    """

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    macro = models.ForeignKey(Macro, models.CASCADE, related_name="runs")
    conversation = models.ForeignKey("care.Conversation", models.CASCADE, related_name="+")
    by = models.ForeignKey("team.Member", models.CASCADE, related_name="+")
    batch = models.CharField(max_length=32)
    done = models.JSONField(default=list)
    undo = models.JSONField(default=list)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "batch"], name="run_batch")]

    def __str__(self) -> str:
        return f"macro {self.macro_id} on {self.conversation_id}"


class Endpoint(models.Model):
    """Another system that is told by webhook."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="endpoints")
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=1000)
    secret = EncryptedJSONField()
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="endpoint_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """Something that another system is told, and whether it knows.

    ``uid`` is the ``webhook-id``: the same at every attempt, so that the receiver can tell a
    repeat from a second message.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        FAILED = "failed"
        UNCERTAIN = "uncertain"

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="messages")
    firing = models.ForeignKey(Firing, models.SET_NULL, null=True, related_name="messages")
    uid = models.CharField(max_length=40, unique=True)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    trouble = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["endpoint", "-id"], name="webhook_newest")]

    def __str__(self) -> str:
        return f"{self.uid} ({self.state})"
