"""Opening hours, what is promised to whom, and promises that were broken."""

from django.db import models

from cornbread.care.models.conversations import Conversation, Label


class Calendar(models.Model):
    """When a team is open.

    ``weekly`` and ``days`` are as ``domain.hours`` and ``domain.ical`` give them: blocks of wall
    time by weekday, and names of days off by ISO date. ``country`` and ``subdivision`` add the
    public holidays of that place.
    """

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="calendars")
    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=60)
    weekly = models.JSONField(default=dict)
    country = models.CharField(max_length=3, blank=True)
    subdivision = models.CharField(max_length=40, blank=True)
    days = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="calendar_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class SlaPolicy(models.Model):
    """Target times for the conversations that fall under it.

    Policies are asked in the order of ``place``; the first that fits counts. Conditions name what
    will do; none at all means everything. Times are in seconds, null where nothing is promised;
    ``…_business`` says that only the hours of the calendar count. ``warn_percent`` of a time may
    be used up before there is a warning.
    """

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="sla_policies")
    name = models.CharField(max_length=80)
    place = models.PositiveIntegerField(default=0)
    calendar = models.ForeignKey(Calendar, models.PROTECT, null=True, related_name="policies")
    channels = models.ManyToManyField("channels.Channel", related_name="+", blank=True)
    labels = models.ManyToManyField(Label, related_name="+", blank=True)
    priorities = models.JSONField(default=list)
    first_response_s = models.PositiveIntegerField(null=True)
    first_response_business = models.BooleanField(default=False)
    next_response_s = models.PositiveIntegerField(null=True)
    next_response_business = models.BooleanField(default=False)
    resolution_s = models.PositiveIntegerField(null=True)
    resolution_business = models.BooleanField(default=False)
    warn_percent = models.PositiveSmallIntegerField(default=75)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "SLA policies"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="sla_policy_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class OpenPromise(models.Model):
    """Of the promises in a conversation that wait for their end, the one that is due first.

    Worked out from the timeline, as a conversation's own columns are, and only where a policy
    applies: where nobody promises anything, posts cost nothing more.
    """

    conversation = models.OneToOneField(
        Conversation, models.CASCADE, primary_key=True, related_name="promise"
    )
    workspace = models.ForeignKey(
        "team.Workspace", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    policy = models.ForeignKey(SlaPolicy, models.CASCADE, related_name="+")
    target = models.CharField(max_length=14)
    state = models.CharField(max_length=8)
    due_at = models.DateTimeField(null=True)
    warns_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.target} in {self.conversation_id}"

    @staticmethod
    def of(one: Conversation) -> "OpenPromise | None":
        """The promise of a conversation that was read with it; None where nothing is promised."""
        return getattr(one, "promise", None)


class Breach(models.Model):
    """A promise that was broken, as it was when that was noticed. Written once, never changed.

    ``cycle`` is 0 for the first promise of its target in a conversation, else the id of the entry
    that began it. ``calendar_s`` and ``business_s`` are what had counted when it was due.
    """

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="breaches")
    policy = models.ForeignKey(SlaPolicy, models.SET_NULL, null=True, related_name="+")
    policy_name = models.CharField(max_length=80)
    target = models.CharField(max_length=14)
    cycle = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    goal_s = models.PositiveIntegerField()
    business = models.BooleanField()
    began_at = models.DateTimeField()
    due_at = models.DateTimeField()
    calendar_s = models.PositiveBigIntegerField()
    business_s = models.PositiveBigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "breaches"
        constraints = [
            models.UniqueConstraint(fields=["conversation", "target", "cycle"], name="breach_once")
        ]
        indexes = [models.Index(fields=["workspace", "-id"], name="breach_newest")]

    def __str__(self) -> str:
        return f"{self.target} broken in {self.conversation_id}"
