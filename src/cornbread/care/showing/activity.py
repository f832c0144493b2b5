"""Small lines between messages: who did what, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cornbread.care.domain.timeline import (
    Assigned,
    ChannelReached,
    Details,
    EntryKind,
    Labelled,
    MemoryUsed,
    Prioritised,
    Snoozed,
    StatusChanged,
)

ICONS: dict[str, str] = {
    EntryKind.MESSAGE_EDITED: "pencil",
    EntryKind.MESSAGE_DELETED: "trash",
    EntryKind.ASSIGNED: "user-check",
    EntryKind.LABELLED: "tag",
    EntryKind.UNLABELLED: "tag",
    EntryKind.PRIORITISED: "flag",
    EntryKind.STATUS_CHANGED: "circle-check",
    EntryKind.SNOOZED: "alarm",
    EntryKind.MERGED: "link",
    EntryKind.BROUGHT_IN: "inbox",
    EntryKind.CALL_COMPLETED: "phone",
    EntryKind.VISIT_COMPLETED: "walk",
    EntryKind.DELIVERY_COMPLETED: "gift",
    EntryKind.COUNTER_COMPLETED: "building-store",
    EntryKind.MEMORY_USED: "sparkles",
    EntryKind.CHANNEL_REACHED: "messages",
}

_PLAIN: dict[EntryKind, str] = {
    EntryKind.MESSAGE_EDITED: "edited a message",
    EntryKind.MESSAGE_DELETED: "took a message back",
    EntryKind.MERGED: "joined two conversations that are one thread",
    EntryKind.BROUGHT_IN: "brought this into the inbox",
    EntryKind.CALL_COMPLETED: "talked with the customer on the phone",
    EntryKind.VISIT_COMPLETED: "visited the customer",
    EntryKind.DELIVERY_COMPLETED: "delivered something to the customer",
    EntryKind.COUNTER_COMPLETED: "met the customer at the counter",
}
_STATUS = {
    "open": "reopened this",
    "pending": "waits for the customer",
    "resolved": "resolved this",
}


@dataclass(frozen=True)
class Names:
    """How the ids in details are called."""

    members: Mapping[int, str]
    teams: Mapping[int, str]
    zone: ZoneInfo


def sentence(kind: EntryKind, details: Details | None, names: Names, *, by: int | None) -> str:
    """What was done, to go on after the name of who did it."""
    match details:
        case Assigned():
            return _assigned(details, names, by)
        case Labelled():
            verb = "labelled this" if kind is EntryKind.LABELLED else "took off the label"
            return f"{verb} “{details.label}”"
        case Prioritised():
            return f"set the priority to {details.to.value}"
        case StatusChanged():
            return _STATUS.get(details.to.value, details.to.value)
        case Snoozed():
            return f"snoozed this until {_moment(details.until, names.zone)}"
        case MemoryUsed():
            learned = details.learned_at.astimezone(names.zone)
            return f"used a memory of {learned:%B %Y}"
        case ChannelReached():
            return f"reached out on {details.network}"
    return _PLAIN.get(kind, kind.value.replace("_", " "))


def _assigned(details: Assigned, names: Names, by: int | None) -> str:
    if details.member_id is not None:
        if details.member_id == by:
            return "took this"
        return f"gave this to {names.members.get(details.member_id, 'a former colleague')}"
    if details.team_id is not None:
        return f"gave this to team {names.teams.get(details.team_id, 'of old')}"
    return "gave this back to everybody"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b, %H:%M}"
