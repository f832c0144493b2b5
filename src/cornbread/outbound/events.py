"""Facts about what we send."""

from datetime import datetime
from typing import ClassVar

from cornbread.foundation.events import Event


class DeliveryQueued(Event, frozen=True):
    """A post of ours is on its way."""

    live: ClassVar[bool] = True
    delivery_id: int
    context: str


class DeliverySent(Event, frozen=True):
    """The network has it."""

    live: ClassVar[bool] = True
    delivery_id: int
    context: str
    external_id: str
    sent_at: datetime


class DeliveryStuck(Event, frozen=True):
    """It failed for good, or nobody knows: a person has to look."""

    live: ClassVar[bool] = True
    delivery_id: int
    context: str
    state: str


class DeliveryDropped(Event, frozen=True):
    """A person decided that it was not and will not be sent."""

    live: ClassVar[bool] = True
    delivery_id: int
    context: str


class GestureMade(Event, frozen=True):
    """A favourite, boost or follow was made, or could not be."""

    live: ClassVar[bool] = True
    gesture_id: int
    context: str
    state: str
