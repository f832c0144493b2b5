"""What happened in a conversation, as values that levels, clock and measures are worked out from.

Entries are facts: never changed, only added. They may be given in any order; ``in_order`` is
the one order that everything here uses.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class EntryKind(StrEnum):
    """Kinds of timeline entries. Touches are contact outside the text channels."""

    MESSAGE_IN = "message_in"
    MESSAGE_OUT = "message_out"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    NOTE = "note"
    ASSIGNED = "assigned"
    LABELLED = "labelled"
    UNLABELLED = "unlabelled"
    PRIORITISED = "prioritised"
    STATUS_CHANGED = "status_changed"
    SNOOZED = "snoozed"
    MERGED = "merged"
    BROUGHT_IN = "brought_in"
    CALL_COMPLETED = "call_completed"
    VISIT_COMPLETED = "visit_completed"
    DELIVERY_COMPLETED = "delivery_completed"
    COUNTER_COMPLETED = "counter_completed"
    MEMORY_USED = "memory_used"
    CHANNEL_REACHED = "channel_reached"


IN_PERSON = frozenset(
    {EntryKind.VISIT_COMPLETED, EntryKind.DELIVERY_COMPLETED, EntryKind.COUNTER_COMPLETED}
)
TOUCHES = IN_PERSON | {
    EntryKind.CALL_COMPLETED,
    EntryKind.MEMORY_USED,
    EntryKind.CHANNEL_REACHED,
}
"""The kinds that a person records by hand."""


class Visibility(StrEnum):
    """Who could read it: anyone, or only the customer and us."""

    PUBLIC = "public"
    DIRECT = "direct"


class Status(StrEnum):
    """Where a conversation stands; pending waits for the customer."""

    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Priority(StrEnum):
    """How much a conversation matters to us; what nobody has judged is normal."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class AboutMessage(msgspec.Struct, frozen=True):
    """Which message was edited or deleted, by the id of its entry."""

    entry_id: int


class Assigned(msgspec.Struct, frozen=True):
    """To whom; None when it was taken from someone and given to nobody."""

    member_id: int | None = None
    team_id: int | None = None


class Labelled(msgspec.Struct, frozen=True):
    """The label that was put on or taken off."""

    label: str


class Prioritised(msgspec.Struct, frozen=True):
    """How much it matters from here on."""

    to: Priority


class StatusChanged(msgspec.Struct, frozen=True):
    """The status from here on."""

    to: Status


class Snoozed(msgspec.Struct, frozen=True):
    """When it comes back by itself."""

    until: datetime


class Merged(msgspec.Struct, frozen=True):
    """The conversation that was taken into this one."""

    conversation_id: int = msgspec.field(name="conversation")


class MemoryUsed(msgspec.Struct, frozen=True):
    """A gesture that used something remembered about the person."""

    memory_id: int
    learned_at: datetime
    gesture: str


class ChannelReached(msgspec.Struct, frozen=True):
    """The brand reached out on another network, and whether it had linked that identity itself."""

    network: str
    identity_id: int
    identity_linked_by_brand: bool


Details = (
    AboutMessage
    | Assigned
    | Labelled
    | Prioritised
    | StatusChanged
    | Snoozed
    | Merged
    | MemoryUsed
    | ChannelReached
)

DETAILS: Mapping[EntryKind, type[Details]] = {
    EntryKind.MESSAGE_EDITED: AboutMessage,
    EntryKind.MESSAGE_DELETED: AboutMessage,
    EntryKind.ASSIGNED: Assigned,
    EntryKind.LABELLED: Labelled,
    EntryKind.UNLABELLED: Labelled,
    EntryKind.PRIORITISED: Prioritised,
    EntryKind.STATUS_CHANGED: StatusChanged,
    EntryKind.SNOOZED: Snoozed,
    EntryKind.MERGED: Merged,
    EntryKind.MEMORY_USED: MemoryUsed,
    EntryKind.CHANNEL_REACHED: ChannelReached,
}
"""What each kind carries; kinds that are not here carry nothing."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that happened, at ``at`` (UTC).

    ``human`` is False for what automations of ours said or did. ``network`` and
    ``identity_id`` say where a message was read or sent and by or to whom. ``late`` says of a
    customer's message that it was heard long after it was posted.
    """

    id: int
    at: datetime
    kind: EntryKind
    human: bool = True
    visibility: Visibility = Visibility.PUBLIC
    network: str = ""
    identity_id: int | None = None
    late: bool = False
    details: Details | None = None

    @property
    def inbound(self) -> bool:
        """Said by the customer."""
        return self.kind is EntryKind.MESSAGE_IN

    @property
    def outbound(self) -> bool:
        """Said by us to the customer; notes are not."""
        return self.kind is EntryKind.MESSAGE_OUT

    @property
    def answers(self) -> bool:
        """Said by one of our people: what counts as an answer, public or private."""
        return self.kind is EntryKind.MESSAGE_OUT and self.human


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """As they happened; of two at the same moment, the one recorded first."""
    found = list(entries)
    if len(found) > 1:  # most conversations only begin
        found.sort(key=lambda entry: (entry.at, entry.id))
    return found


def details_of(kind: EntryKind, stored: Mapping[str, Any]) -> Details | None:
    """The typed details of a kind from their stored form, which may hold more than is needed.

    Raises ``msgspec.ValidationError`` where something needed is missing or has the wrong type.
    """
    shape = DETAILS.get(kind)
    return None if shape is None else msgspec.convert(stored, shape)


def stored_form(details: Details | None) -> dict[str, Any]:
    """Details as plain JSON values, for ``details_of`` to read back."""
    form: dict[str, Any] = {} if details is None else msgspec.to_builtins(details)
    return form
