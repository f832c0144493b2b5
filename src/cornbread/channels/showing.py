"""Channels as pages show them: with their health in words and their volume."""

from collections.abc import Iterable
from dataclasses import dataclass

from cornbread.channels.domain.abilities import in_short
from cornbread.channels.domain.health import Health, health_of
from cornbread.channels.models import Channel
from cornbread.channels.registry import command_of
from cornbread.channels.volume import Volume, volumes
from cornbread.foundation import clock
from cornbread.team.models import Member


@dataclass(frozen=True)
class ShownChannel:
    """One channel, ready to be drawn."""

    channel: Channel
    health: Health
    volume: Volume | None

    @property
    def in_short(self) -> str:
        """What can be done there, in a few words."""
        if command_of(self.channel.network):
            return "Imported posts"
        return in_short(self.channel.capabilities)


def shown(channels: Iterable[Channel], *, seen_by: Member) -> list[ShownChannel]:
    """Channels with what a person wants to know about each."""
    brought = volumes(seen_by=seen_by)
    return [ShownChannel(one, _health(one), brought.get(one.pk)) for one in channels]


def _health(channel: Channel) -> Health:
    return health_of(
        channel.state,
        trouble_code=channel.trouble_code,
        listens=not command_of(channel.network),
        last_beat_at=channel.last_beat_at,
        created_at=channel.created_at,
        now=clock.now(),
        receives=channel.capabilities.receives,
    )
