"""What people do to one conversation or to many at once, and what would take it back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from cornbread.care.domain.timeline import EntryKind, Priority
from cornbread.care.domain.timeline import Status as Standing
from cornbread.foundation.errors import Invalid


class Assign(msgspec.Struct, frozen=True, tag_field="do", tag="assign"):
    """Give it to a member, or take it from everybody."""

    to: int | None = None


class HandOver(msgspec.Struct, frozen=True, tag_field="do", tag="team"):
    """Give it to a team, or take it back."""

    to: int | None = None


class PutLabel(msgspec.Struct, frozen=True, tag_field="do", tag="label"):
    """Put a label on."""

    name: str


class TakeLabel(msgspec.Struct, frozen=True, tag_field="do", tag="unlabel"):
    """Take a label off."""

    name: str


class Resolve(msgspec.Struct, frozen=True, tag_field="do", tag="resolve"):
    """The customer is helped."""


class Reopen(msgspec.Struct, frozen=True, tag_field="do", tag="reopen"):
    """Back among what is to be done."""


class Pend(msgspec.Struct, frozen=True, tag_field="do", tag="pending"):
    """It is the customer's turn."""


class Snooze(msgspec.Struct, frozen=True, tag_field="do", tag="snooze"):
    """Out of sight until then."""

    until: datetime


class Prioritise(msgspec.Struct, frozen=True, tag_field="do", tag="priority"):
    """Say how much it matters."""

    to: Priority


Step = Assign | HandOver | PutLabel | TakeLabel | Resolve | Reopen | Pend | Snooze | Prioritise

#: What ``do`` may say.
VERBS: Final = (
    *("assign", "team", "label", "unlabel", "resolve", "reopen", "pending", "snooze"),
    "priority",
)

PERMISSIONS: Final[Mapping[type, str]] = {
    Assign: "conversation.assign",
    HandOver: "conversation.assign",
    PutLabel: "conversation.label",
    TakeLabel: "conversation.label",
    Resolve: "conversation.status",
    Reopen: "conversation.status",
    Pend: "conversation.status",
    Snooze: "conversation.status",
    Prioritise: "conversation.label",
}
_STATUS: Final = frozenset(
    {
        EntryKind.STATUS_CHANGED,
        EntryKind.SNOOZED,
        EntryKind.MESSAGE_IN,
        EntryKind.MESSAGE_OUT,
    }
)
#: The entries that touch the same as a step does: one that came after it means that it stays.
TOUCHES: Final[Mapping[type, frozenset[EntryKind]]] = {
    Assign: frozenset({EntryKind.ASSIGNED}),
    HandOver: frozenset({EntryKind.ASSIGNED}),
    PutLabel: frozenset({EntryKind.LABELLED, EntryKind.UNLABELLED}),
    TakeLabel: frozenset({EntryKind.LABELLED, EntryKind.UNLABELLED}),
    Resolve: _STATUS,
    Reopen: _STATUS,
    Pend: _STATUS,
    Snooze: _STATUS,
    Prioritise: frozenset({EntryKind.PRIORITISED}),
}


class Before(msgspec.Struct, frozen=True):
    """How a conversation stood; ``labels`` by their names."""

    status: Standing = Standing.OPEN
    snoozed_until: datetime | None = None
    assignee: int | None = None
    team: int | None = None
    labels: frozenset[str] = frozenset()
    priority: Priority = Priority.NORMAL

    def wears(self, name: str) -> bool:
        """Whether the label is on, however it is capitalised."""
        return plain(name) in {plain(label) for label in self.labels}


def plain(name: str) -> str:
    """A label's name as two that mean the same are compared."""
    return " ".join(name.split()).casefold()


def step_of(values: Mapping[str, Any]) -> Step:
    """A step from stored or sent values: ``do`` and what goes with it; Invalid says what lacks."""
    try:
        # The mapping comes from outside, so it may hold more than the step takes.
        step: Step = msgspec.convert(dict(values), Step, strict=False)
    except msgspec.ValidationError as error:
        known = ", ".join(VERBS)
        message = f"This cannot be done to conversations ({error}). Possible: {known}."
        raise Invalid(message, fields={"do": message}) from error
    if isinstance(step, PutLabel | TakeLabel) and not plain(step.name):
        raise Invalid("Choose a label.", fields={"name": "Choose a label."})
    if isinstance(step, Snooze) and step.until.tzinfo is None:
        message = "Say the time zone of this moment, e.g. 2026-05-04T09:00:00Z."
        raise Invalid(message, fields={"until": message})
    return step


def is_so(step: Step, before: Before) -> bool:
    """Whether the conversation stands already as the step would leave it."""
    match step:
        case Assign(to):
            return before.assignee == to
        case HandOver(to):
            return before.team == to
        case PutLabel(name):
            return before.wears(name)
        case TakeLabel(name):
            return not before.wears(name)
        case Prioritise(to):
            return before.priority is to
        case Snooze(until):
            return before.status is Standing.SNOOZED and before.snoozed_until == until
    return before.status is LEAVES[type(step)]


#: The status in which a step leaves a conversation.
LEAVES: Final[Mapping[type, Standing]] = {
    Resolve: Standing.RESOLVED,
    Reopen: Standing.OPEN,
    Pend: Standing.PENDING,
    Snooze: Standing.SNOOZED,
}


def taking_back(step: Step, before: Before, *, now: datetime) -> Sequence[Step]:
    """The steps that lead back to how it stood, from where the step left it."""
    match step:
        case Assign():
            return [Assign(before.assignee)]
        case HandOver():
            return [HandOver(before.team)]
        case PutLabel(name):
            return [TakeLabel(name)]
        case TakeLabel(name):
            return [PutLabel(name)]
        case Prioritise():
            return [Prioritise(before.priority)]
    return _status_back(LEAVES[type(step)], before, now)


def _status_back(left: Standing, before: Before, now: datetime) -> Sequence[Step]:
    """Back to the status before; a snooze that is over by now leads to an open conversation."""
    until = before.snoozed_until
    opened = [] if left is Standing.OPEN else [Reopen()]
    if before.status is Standing.RESOLVED:
        return [Resolve()]
    if before.status is Standing.PENDING:
        return [*opened, Pend()]
    if before.status is Standing.SNOOZED and until is not None and until > now:
        return [Snooze(until)] if left is not Standing.RESOLVED else [Reopen(), Snooze(until)]
    return opened
