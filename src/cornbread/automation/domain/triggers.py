"""What can set a rule off."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Trigger(StrEnum):
    """Things that happen to a conversation and may set off a rule."""

    MESSAGE_IN = "message_in"
    MESSAGE_OUT = "message_out"
    OPENED = "opened"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    ASSIGNED = "assigned"
    LABELLED = "labelled"
    LEVEL_DROPPED = "level_dropped"
    WAITING = "waiting"


WORDS: dict[Trigger, str] = {
    Trigger.MESSAGE_IN: "The customer writes",
    Trigger.MESSAGE_OUT: "We answer",
    Trigger.OPENED: "A conversation begins",
    Trigger.REOPENED: "A resolved conversation opens again",
    Trigger.RESOLVED: "A conversation is resolved",
    Trigger.ASSIGNED: "It is given to somebody, or taken back",
    Trigger.LABELLED: "A label is put on",
    Trigger.LEVEL_DROPPED: "The level it can still reach drops",
    Trigger.WAITING: "The customer has waited for some time",
}


class Occasion(msgspec.Struct, frozen=True):
    """One thing that happened in one conversation.

    A rule fires once for each ``key`` of a conversation. ``entry_id`` is what stands in the
    timeline for it; 0 for what only time did.
    """

    trigger: Trigger
    conversation_id: int
    key: str
    entry_id: int = 0


def of_entry(trigger: Trigger, conversation_id: int, entry_id: int) -> Occasion:
    """What an entry of the timeline says."""
    return Occasion(trigger, conversation_id, f"{trigger}:{entry_id}", entry_id)


def opened(conversation_id: int, entry_id: int) -> Occasion:
    """A conversation begins once."""
    return Occasion(Trigger.OPENED, conversation_id, Trigger.OPENED.value, entry_id)


def waited(conversation_id: int, since: datetime) -> Occasion:
    """The same wait is one occasion, however long it lasts."""
    key = f"{Trigger.WAITING}:{since.timestamp():.6f}"
    return Occasion(Trigger.WAITING, conversation_id, key)


def dropped(conversation_id: int, to_level: int) -> Occasion:
    """The level that can still be reached fell to this one."""
    key = f"{Trigger.LEVEL_DROPPED}:{to_level}"
    return Occasion(Trigger.LEVEL_DROPPED, conversation_id, key)
