"""The clock of a conversation: when its level drops next, or how long the customer has waited.

Until the first human answer the level that can still be reached falls from 3 to 2 at ``quick``
and to 1 at ``slow``. After it the level cannot drop any more, but a later message of the
customer waits for its own answer, and the same two spans say when that is late and missed.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from cornbread.care.domain.rungs import Story, Thresholds, read
from cornbread.care.domain.timeline import Entry, Status, StatusChanged


class Drop(msgspec.Struct, frozen=True, gc=False):
    """After ``at`` an answer can only earn ``to_level``; at that very moment still the other."""

    at: datetime
    from_level: int
    to_level: int


class ClockState(StrEnum):
    """What there is to show: a countdown, a wait, or nothing."""

    ANSWER_BY = "answer_by"
    WAITING = "waiting"
    NONE = "none"


class Clock(msgspec.Struct, frozen=True, gc=False):
    """What the clock of a conversation shows, and where that puts it in the queue.

    ``waiting_since`` is the earliest unanswered message. ``due_at`` is the end of the countdown.
    ``late_at`` is what the queue is ordered by: when this will be, or was, late. ``missed``
    says that it was late long ago, with nothing left to lose by the hour. ``changes_at`` is the
    moment after which the clock must be read again.
    """

    state: ClockState
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    drop: Drop | None = None
    late_at: datetime | None = None
    missed: bool = False
    changes_at: datetime | None = None

    def position(self, last_at: datetime) -> int:
        """Where the conversation stands in the queue, smallest first, as one whole number.

        What will be late first; then what was missed, oldest first; then where nothing waits,
        the latest activity (``last_at``) first. Microseconds, with a span of numbers for each.
        """
        if self.late_at is None:
            return 3 * SPAN - microseconds(last_at)
        return (SPAN if self.missed else 0) + microseconds(self.late_at)


#: Longer than any time since 1970 that a datetime can hold, in microseconds.
SPAN = 10**18


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def next_drop(entries: Sequence[Entry], thresholds: Thresholds, now: datetime) -> Drop | None:
    """The next drop of the level that can be reached; None once answered or too late."""
    return _next_drop(read(entries), thresholds, now)


def clock(entries: Sequence[Entry], thresholds: Thresholds, now: datetime) -> Clock:
    """What the clock of a timeline shows at ``now``.

    Resolving ends the wait: somebody decided that no answer is needed.
    """
    return clock_of(read(entries), thresholds, now)


def clock_of(story: Story, thresholds: Thresholds, now: datetime) -> Clock:
    """The same for a story that was read already."""
    since = _waiting_since(story)
    if since is None:
        return Clock(ClockState.NONE)
    drop = _next_drop(story, thresholds, now)
    if drop is not None:
        return Clock(
            ClockState.ANSWER_BY,
            waiting_since=since,
            due_at=drop.at,
            drop=drop,
            late_at=drop.at,
            changes_at=drop.at,
        )
    missed_at = since + thresholds.slow
    missed = now > missed_at
    return Clock(
        ClockState.WAITING,
        waiting_since=since,
        late_at=since + thresholds.quick,
        missed=missed,
        changes_at=None if missed else missed_at,
    )


def _next_drop(story: Story, thresholds: Thresholds, now: datetime) -> Drop | None:
    if story.first is None or story.answer is not None:
        return None
    quick, slow = story.first.at + thresholds.quick, story.first.at + thresholds.slow
    if now <= quick:
        return Drop(quick, 3, 2)
    return Drop(slow, 2, 1) if now <= slow else None


def _waiting_since(story: Story) -> datetime | None:
    answered: datetime | None = None
    waiting: datetime | None = None
    for entry in story.entries:
        if entry.answers:
            answered, waiting = entry.at, None
        elif _resolves(entry):
            answered, waiting = None, None
        # As for the first one: an answer at the very moment of a message answers it.
        elif entry.inbound and waiting is None and entry.at != answered:
            waiting = entry.at
    return waiting


def _resolves(entry: Entry) -> bool:
    return isinstance(entry.details, StatusChanged) and entry.details.to is Status.RESOLVED
