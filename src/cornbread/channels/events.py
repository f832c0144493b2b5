"""Facts about channels."""

from typing import ClassVar

from cornbread.foundation.events import Event


class ChannelConnected(Event, frozen=True):
    """A place can now be heard."""

    live: ClassVar[bool] = True
    channel_id: int


class ChannelChanged(Event, frozen=True):
    """Health, state or settings of a channel changed."""

    live: ClassVar[bool] = True
    channel_id: int
