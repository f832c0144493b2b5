"""The status of a conversation: what people may do with it, and what events do to it.

| from | resolve | reopen | snooze | pend | customer writes | we reply | snooze is over |
|---|---|---|---|---|---|---|---|
| open | resolved | refused | snoozed | pending | open | pending | open |
| pending | resolved | open | snoozed | refused | open | pending | pending |
| snoozed | resolved | open | snoozed anew | pending | open | snoozed | open |
| resolved | refused | open | refused | refused | open | resolved | resolved |
"""

from collections.abc import Iterable
from datetime import datetime

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


class Standing(msgspec.Struct, frozen=True):
    """A status; ``snoozed_until`` is set while snoozed and only then."""

    status: Status = Status.OPEN
    snoozed_until: datetime | None = None


OPEN = Standing(Status.OPEN)
PENDING = Standing(Status.PENDING)
RESOLVED = Standing(Status.RESOLVED)


def resolve(standing: Standing) -> Standing:
    """A person says that nothing is left to do."""
    if standing.status is Status.RESOLVED:
        raise Refusal("This conversation is resolved already.", code="already_resolved")
    return RESOLVED


def reopen(standing: Standing) -> Standing:
    """A person takes it up again, from wherever it stands."""
    if standing.status is Status.OPEN:
        raise Refusal("This conversation is open already.", code="already_open")
    return OPEN


def pend(standing: Standing) -> Standing:
    """A person says that it is the customer's turn."""
    if standing.status is Status.PENDING:
        raise Refusal("This conversation waits for the customer already.", code="already_pending")
    if standing.status is Status.RESOLVED:
        raise Refusal(
            "This conversation is resolved. Reopen it first if you wait for the customer.",
            code="resolved",
        )
    return PENDING


def snooze(standing: Standing, *, until: datetime, now: datetime) -> Standing:
    """A person puts it aside until a time to come; one already snoozed gets the new time."""
    if standing.status is Status.RESOLVED:
        raise Refusal(
            "This conversation is resolved. Reopen it first if it should come back later.",
            code="resolved",
        )
    if until <= now:
        raise Invalid(
            "That time has passed. Choose one that is still to come.",
            code="snooze_in_the_past",
            fields={"until": "must lie in the future"},
        )
    return Standing(Status.SNOOZED, until)


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
    standing = OPEN
    for entry in in_order(entries):
        standing = _after(wake(standing, now=entry.at), entry)
    return wake(standing, now=now)


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
