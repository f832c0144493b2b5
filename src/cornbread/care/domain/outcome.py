"""What a conversation shows and is sorted by: everything that follows from its timeline alone."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from cornbread.care.domain.clock import SPAN, clock_of, microseconds
from cornbread.care.domain.lateness import heard_late, late_position
from cornbread.care.domain.levels import level_of
from cornbread.care.domain.policies import with_promises
from cornbread.care.domain.promises import Promise
from cornbread.care.domain.rungs import Story, Thresholds, read
from cornbread.care.domain.status import standing_after
from cornbread.care.domain.timeline import Entry, EntryKind, Status

#: Statuses as databases keep them.
_PLAIN = {status: status.value for status in Status}


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """Worked out at one moment; after ``changes_at`` it has to be worked out again.

    ``position`` is the place in the queue, smallest first. See ``levels``, ``clock`` and
    ``status`` for what the others mean.
    """

    status: str
    snoozed_until: datetime | None
    level: int | None
    first_message_at: datetime | None
    first_answer_at: datetime | None
    waiting_since: datetime | None
    due_at: datetime | None
    last_at: datetime
    last_entry_id: int
    position: int
    changes_at: datetime | None


def outcome(
    entries: Sequence[Entry],
    thresholds: Thresholds,
    now: datetime,
    *,
    begun_at: datetime,
    promised: Callable[[Story], Sequence[Promise]] | None = None,
) -> Outcome:
    """What follows from a timeline, entries in any order; an empty one was last active as it began.

    The level, clock and standing are those of ``level()``, ``clock()`` and ``standing_of()``;
    here the timeline is put in order and read once for all three. ``promised`` says what was
    promised in it, which the queue then follows as well.
    """
    if promised is None and len(entries) == 1 and entries[0].inbound and not entries[0].late:
        return _begun(entries[0], thresholds, now)
    return outcome_of(read(entries), thresholds, now, begun_at=begun_at, promised=promised)


def _begun(message: Entry, thresholds: Thresholds, now: datetime) -> Outcome:
    """The same where the customer has said one thing: nearly every conversation as it begins, and
    they begin by the thousand."""
    at = message.at
    quick, slow = at + thresholds.quick, at + thresholds.slow
    due = quick if now <= quick else slow if now <= slow else None
    return Outcome(
        status=_PLAIN[Status.OPEN],
        snoozed_until=None,
        level=0,
        first_message_at=at,
        first_answer_at=None,
        waiting_since=at,
        due_at=due,
        last_at=at,
        last_entry_id=message.id,
        position=microseconds(due) if due else SPAN + microseconds(quick),
        changes_at=due,
    )


def outcome_of(
    story: Story,
    thresholds: Thresholds,
    now: datetime,
    *,
    begun_at: datetime,
    promised: Callable[[Story], Sequence[Promise]] | None = None,
) -> Outcome:
    """``outcome`` of a story that was read already."""
    shown = clock_of(story, thresholds, now)
    if promised is not None:
        shown = with_promises(shown, promised(story), now, thresholds.slow)
    standing = standing_after(story.entries, now=now)
    last_at = _last_at(story.entries, begun_at)
    late = standing.status is Status.OPEN and heard_late(story.entries)
    times = [time for time in (shown.changes_at, standing.snoozed_until) if time is not None]
    return Outcome(
        status=_PLAIN[standing.status],
        snoozed_until=standing.snoozed_until,
        level=level_of(story, thresholds),
        first_message_at=story.first.at if story.first else None,
        first_answer_at=story.answer.at if story.answer else None,
        waiting_since=shown.waiting_since,
        due_at=shown.due_at,
        last_at=last_at,
        last_entry_id=max([entry.id for entry in story.entries], default=0),
        position=late_position(last_at) if late else shown.position(last_at),
        changes_at=min(times, default=None),
    )


def _last_at(ordered: Sequence[Entry], begun_at: datetime) -> datetime:
    # Putting two conversations together is upkeep, not activity.
    for entry in reversed(ordered):
        if entry.kind is not EntryKind.MERGED:
            return entry.at
    return begun_at
