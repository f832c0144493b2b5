"""The shape of every event: a past-tense, frozen fact that carries ids, never objects.

Rooms define their events in their own ``events.py``; ``foundation.outbox`` records and
delivers them. This module stays free of Django and of I/O.
"""

from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all events. ``workspace_id`` is the partition key of everything that follows.

    ``live`` marks events that open browser pages may want to hear about at once.
    """

    live: ClassVar[bool] = False

    workspace_id: int

    @classmethod
    def kind(cls) -> str:
        """A stable name such as ``listening.MentionsHeard``; the room is the package name."""
        return f"{cls.__module__.split('.')[1]}.{cls.__name__}"
