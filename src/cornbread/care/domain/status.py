"""The status of a conversation: what people may do with it, and what events do to it.

| from | resolve | reopen | snooze | pend | customer writes | we reply | snooze is over |
|---|---|---|---|---|---|---|---|
| open | resolved | refused | snoozed | pending | open | pending | open |
| pending | resolved | open | snoozed | refused | open | pending | pending |
| snoozed | resolved | open | snoozed anew | pending | open | snoozed | open |
| resolved | refused | open | refused | refused | open | resolved | resolved |
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from cornbread.care.domain.timeline import (
    Entry,
    EntryKind,
    Snoozed,
    Status,
    StatusChanged,
    in_order,
)
from cornbread.foundation.errors import Invalid, Refusal


class Command(StrEnum):
    """What a person may want of a conversation."""

    RESOLVE = "resolve"
    REOPEN = "reopen"
    SNOOZE = "snooze"
    PEND = "pend"


_RESULTS: Mapping[Command, Status] = {
    Command.RESOLVE: Status.RESOLVED,
    Command.REOPEN: Status.OPEN,
    Command.SNOOZE: Status.SNOOZED,
    Command.PEND: Status.PENDING,
}

_REFUSED: Mapping[tuple[Status, Command], tuple[str, str]] = {
    (Status.RESOLVED, Command.RESOLVE): (
        "already_resolved",
        "This conversation is resolved already.",
    ),
    (Status.OPEN, Command.REOPEN): ("already_open", "This conversation is open already."),
    (Status.PENDING, Command.PEND): (
        "already_pending",
        "This conversation waits for the customer already.",
    ),
    (Status.RESOLVED, Command.PEND): (
        "resolved",
        "This conversation is resolved. Reopen it first if you wait for the customer.",
    ),
    (Status.RESOLVED, Command.SNOOZE): (
        "resolved",
        "This conversation is resolved. Reopen it first if it should come back later.",
    ),
}


def after_command(
    status: Status, command: Command, *, now: datetime, until: datetime | None = None
) -> Status:
    """The status after a person's command; a Refusal says why not.

    Snoozing needs ``until``, a time still to come; one already snoozed gets the new time.
    """
    refused = _REFUSED.get((status, command))
    if refused is not None:
        code, sentence = refused
        raise Refusal(sentence, code=code)
    if command is Command.SNOOZE and (until is None or until <= now):
        raise Invalid(
            "Choose a time that is still to come.",
            code="snooze_not_in_the_future",
            fields={"until": "must lie in the future"},
        )
    return _RESULTS[command]


class Standing(msgspec.Struct, frozen=True, gc=False):
    """A status; ``snoozed_until`` is set while snoozed and only then."""

    status: Status = Status.OPEN
    snoozed_until: datetime | None = None


OPEN = Standing(Status.OPEN)
PENDING = Standing(Status.PENDING)


def customer_wrote(standing: Standing) -> Standing:
    """A message of the customer opens whatever it meets."""
    return OPEN


def we_replied(standing: Standing, *, human: bool = True) -> Standing:
    """Our answer to an open conversation makes it the customer's turn; an automatic one does not.

    Who snoozed or resolved it meant that, so an answer sent later leaves it there.
    """
    return PENDING if human and standing.status is Status.OPEN else standing


def wake(standing: Standing, *, now: datetime) -> Standing:
    """Opens what was snoozed until now or earlier, and leaves everything else alone."""
    until = standing.snoozed_until
    return OPEN if until is not None and until <= now else standing


def standing_of(entries: Iterable[Entry], *, now: datetime) -> Standing:
    """Where a timeline leaves its conversation at ``now``, entries in any order.

    Messages that arrive late take effect at their own time: an old one does not reopen what
    was resolved after it.
    """
    return standing_after(in_order(entries), now=now)


def standing_after(entries: Iterable[Entry], *, now: datetime) -> Standing:
    """The same for entries in their order."""
    standing = OPEN
    for _, standing in standings(entries):  # noqa: B007 - the last one counts
        pass
    return wake(standing, now=now)


def standings(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Standing]]:
    """Every entry, in their order, with where it leaves the conversation."""
    standing = OPEN
    for entry in entries:
        standing = _after(wake(standing, now=entry.at), entry)
        yield entry, standing


def _after(standing: Standing, entry: Entry) -> Standing:
    if entry.kind is EntryKind.MESSAGE_IN:
        return customer_wrote(standing)
    if entry.kind is EntryKind.MESSAGE_OUT:
        return we_replied(standing, human=entry.human)
    if isinstance(entry.details, Snoozed):
        return Standing(Status.SNOOZED, entry.details.until)
    if isinstance(entry.details, StatusChanged) and entry.details.to is not Status.SNOOZED:
        return Standing(entry.details.to)
    return standing
