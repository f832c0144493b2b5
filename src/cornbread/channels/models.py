"""Connected places, and how far each has been heard."""

from django.db import models
from django.utils.functional import cached_property

from cornbread.channels.contract import Account, Network
from cornbread.channels.domain.capabilities import Capabilities
from cornbread.channels.registry import network
from cornbread.channels.sandbox_models import SandboxPost
from cornbread.foundation.crypto import EncryptedJSONField

__all__ = ["Channel", "Cursor", "SandboxPost"]


class Channel(models.Model):
    """One connected place: an account on a network, a feed, a kind of imported file.

    ``source`` names the space in which external ids are unique (kind and instance), so that two
    accounts on one server do not keep the same post twice. ``local`` channels may talk to this
    machine and its private network; they exist for tests and for servers next door.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        BROKEN = "broken", "Needs attention"
        REMOVED = "removed", "Disconnected"

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=500, blank=True)
    handle = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    avatar_url = models.CharField(max_length=1000, blank=True)
    settings = models.JSONField(default=dict)
    capabilities_announced = models.JSONField(default=dict)
    secret = EncryptedJSONField(default=dict)
    local = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)
    last_beat_at = models.DateTimeField(null=True, blank=True)
    last_heard_at = models.DateTimeField(null=True, blank=True)
    trouble_code = models.CharField(max_length=40, blank=True)
    trouble = models.CharField(max_length=500, blank=True)
    trouble_since = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "source", "external_id"], name="channel_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def network(self) -> Network:
        """The network this channel is connected to."""
        return network(self.kind)

    @cached_property
    def capabilities(self) -> Capabilities:
        """What can be done here: the network's capabilities, as this instance announced them."""
        known = dict(self.capabilities_announced)
        base = self.network.capabilities
        return Capabilities(**{name: known.get(name, getattr(base, name)) for name in _FIELDS})

    def account(self) -> Account:
        """The value that network code works with; opens the secret."""
        return Account(
            channel_id=self.pk,
            workspace_id=self.workspace_id,
            address=self.address,
            external_id=self.external_id,
            handle=self.handle,
            local=self.local,
            settings=self.settings,
            secret=self.secret,
        )


_FIELDS: tuple[str, ...] = Capabilities.__struct_fields__


class Cursor(models.Model):
    """How far a stream of a channel has been kept; moves in the transaction that keeps posts."""

    workspace = models.ForeignKey("team.Workspace", models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="cursors")
    stream = models.CharField(max_length=200)
    value = models.TextField()
    moved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "stream"], name="cursor_once")]

    def __str__(self) -> str:
        return f"{self.stream} of channel {self.channel_id}"
