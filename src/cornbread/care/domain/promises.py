"""What we promised a customer, and whether it was kept: a pure function of the timeline.

Three things can be promised, each with a time in seconds that are the customer's (calendar) or
ours (business hours):

| promise | begins | ends |
|---|---|---|
| first response | the customer's first message | the first human answer |
| next response | the earliest message since that nobody answered | the next human answer |
| resolution | the first message, or what opened it again | resolving |

Resolving ends the wait for an answer, too: somebody decided that none is needed, so that the
promise is neither kept nor broken. Time in which the conversation waits for the customer
(pending) counts for none of them. What ends at the very moment it is due is in time.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import msgspec

from cornbread.care.domain.business_time import Calendar
from cornbread.care.domain.rungs import Story, read
from cornbread.care.domain.status import standings
from cornbread.care.domain.timeline import Entry, Status

MEASURE = "promises.v1"


class Target(StrEnum):
    """What can be promised."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class State(StrEnum):
    """Where a promise stands. A broken one may still wait for its end; see ``ended_at``."""

    RUNNING = "running"
    SOON = "soon"
    PAUSED = "paused"
    BROKEN = "broken"
    KEPT = "kept"
    WAIVED = "waived"


class Goal(msgspec.Struct, frozen=True):
    """A time in seconds, above zero: of the policy's calendar, or else of all calendars."""

    seconds: int
    business: bool = False


class Pledge(msgspec.Struct, frozen=True):
    """What a policy promises. ``warn_share`` of a time may be used up before we are warned.

    Without a calendar we are always open.
    """

    goals: dict[Target, Goal]
    warn_share: float = 0.75
    calendar: Calendar | None = None


class Promise(msgspec.Struct, frozen=True):
    """One promise in one conversation.

    ``entry_id`` is the entry that began it. ``cycle`` tells it from others of its target: 0 for
    the first of a conversation, also when a message turns up later that came before, else the id
    of that entry. ``due_at`` and ``warns_at`` are None while a pause hides them. ``calendar_s``
    and ``business_s`` are what counted of it, to its end or to now; ``broken_after`` is the same
    two at the moment at which it was broken.
    """

    target: Target
    cycle: int
    entry_id: int
    began_at: datetime
    ended_at: datetime | None
    goal: Goal
    state: State
    due_at: datetime | None
    warns_at: datetime | None
    calendar_s: float
    business_s: float
    broken_after: tuple[float, float] | None = None

    @property
    def open(self) -> bool:
        """Whether it still waits for its end."""
        return self.ended_at is None


class _Cycle(NamedTuple):
    target: Target
    number: int
    began: Entry
    ended: Entry | None
    kept: bool  # ended by what was promised


def promises(entries: Sequence[Entry], pledge: Pledge, now: datetime) -> tuple[Promise, ...]:
    """Every promise in a timeline, entries in any order, as it stands at ``now``."""
    return promises_of(read(entries), pledge, now)


def promises_of(story: Story, pledge: Pledge, now: datetime) -> tuple[Promise, ...]:
    """The same for a story that was read already; in the order in which they began."""
    if story.first is None or not pledge.goals:
        return ()
    pauses = list(_pauses(story))
    found = [
        _promise(cycle, pledge.goals[cycle.target], pledge, pauses, now)
        for cycle in (*_waits(story), *_resolutions(story))
        if cycle.target in pledge.goals
    ]
    return tuple(sorted(found, key=lambda one: (one.began_at, one.entry_id)))


def _waits(story: Story) -> Iterator[_Cycle]:
    """Messages that waited, or wait, for an answer."""
    answer: Entry | None = None
    waiting: Entry | None = None
    target, number = Target.FIRST_RESPONSE, 0
    for entry, standing in standings(story.entries):
        if entry.answers:
            if waiting is not None:
                yield _Cycle(target, number, waiting, entry, True)
                target = Target.NEXT_RESPONSE
            answer, waiting = entry, None
        elif standing.status is Status.RESOLVED:
            if waiting is not None:
                yield _Cycle(target, number, waiting, entry, False)
            answer, waiting = None, None
        elif entry.inbound and waiting is None:
            number = 0 if entry is story.first else entry.id
            if answer is not None and answer.at == entry.at:
                # What we said at the very moment of a message answers it, in either order.
                yield _Cycle(target, number, entry, answer, True)
                target = Target.NEXT_RESPONSE
            else:
                waiting = entry
    if waiting is not None:
        yield _Cycle(target, number, waiting, None, False)


def _resolutions(story: Story) -> Iterator[_Cycle]:
    """Stretches in which the conversation was to be resolved."""
    began: Entry | None = None
    number, heard = 0, False
    for entry, standing in standings(story.entries):
        heard = heard or entry is story.first
        if standing.status is Status.RESOLVED:
            if began is not None:
                yield _Cycle(Target.RESOLUTION, number, began, entry, True)
                began = None
        elif heard and began is None:
            began, number = entry, 0 if entry is story.first else entry.id
    if began is not None:
        yield _Cycle(Target.RESOLUTION, number, began, None, False)


def _pauses(story: Story) -> Iterator[tuple[datetime, datetime | None]]:
    """Stretches in which the conversation waited for the customer; the last may have no end."""
    since: datetime | None = None
    for entry, standing in standings(story.entries):
        pending = standing.status is Status.PENDING
        if pending and since is None:
            since = entry.at
        elif not pending and since is not None:
            yield since, entry.at
            since = None
    if since is not None:
        yield since, None


Span = tuple[datetime, datetime | None]


def _promise(
    cycle: _Cycle, goal: Goal, pledge: Pledge, pauses: Sequence[Span], now: datetime
) -> Promise:
    ended_at = cycle.ended.at if cycle.ended else None
    spans = list(_counted(cycle.began.at, ended_at, pauses))
    ruler = pledge.calendar if goal.business else None
    due = _after(spans, goal.seconds, ruler, ended_at)
    warns = _after(spans, goal.seconds * pledge.warn_share, ruler, ended_at)
    paused = ended_at is None and (not spans or spans[-1][1] is not None)
    state = _state(cycle, due, warns, now, paused=paused)
    calendar_s, business_s = _spent(spans, pledge.calendar, now)
    broken_after = None
    if state is State.BROKEN and due is not None:
        broken_after = _spent(_before(spans, due), pledge.calendar, due)
    return Promise(
        target=cycle.target,
        cycle=cycle.number,
        entry_id=cycle.began.id,
        began_at=cycle.began.at,
        ended_at=ended_at,
        goal=goal,
        state=state,
        due_at=due,
        warns_at=warns,
        calendar_s=calendar_s,
        business_s=business_s,
        broken_after=broken_after,
    )


def _state(
    cycle: _Cycle, due: datetime | None, warns: datetime | None, now: datetime, *, paused: bool
) -> State:
    if due is not None and (cycle.ended.at if cycle.ended else now) > due:
        return State.BROKEN
    if cycle.ended is not None:
        return State.KEPT if cycle.kept else State.WAIVED
    if paused:
        return State.PAUSED
    return State.SOON if warns is not None and now > warns else State.RUNNING


def _counted(begin: datetime, end: datetime | None, pauses: Sequence[Span]) -> Iterator[Span]:
    """The stretches from ``begin`` to ``end`` (None: not yet) that lie in no pause."""
    for since, until in pauses:
        if until is not None and until <= begin:
            continue
        if end is not None and since >= end:
            break
        if since > begin:
            yield begin, since
        if until is None:
            return
        begin = until
    if end is None or begin < end:
        yield begin, end


def _after(
    spans: Sequence[Span], seconds: float, ruler: Calendar | None, ended_at: datetime | None
) -> datetime | None:
    """When so much of the stretches is over; what goes on, or had not ended, is open-ended."""
    for begin, end in spans:
        length = None if end is None or end == ended_at else _between(begin, end, ruler)
        if length is None or length >= seconds:
            return ruler.add(begin, seconds) if ruler else begin + timedelta(seconds=seconds)
        seconds -= length
    return None


def _before(spans: Sequence[Span], moment: datetime) -> list[Span]:
    ends = [(begin, moment if end is None or end > moment else end) for begin, end in spans]
    return [(begin, end) for begin, end in ends if begin < end]


def _spent(spans: Sequence[Span], calendar: Calendar | None, now: datetime) -> tuple[float, float]:
    """What counted by the customer's clock, and by ours."""
    whole = [(begin, max(end or now, begin)) for begin, end in spans]
    calendar_s = sum(_between(begin, end, None) for begin, end in whole)
    if calendar is None:
        return calendar_s, calendar_s
    return calendar_s, sum(_between(begin, end, calendar) for begin, end in whole)


def _between(begin: datetime, end: datetime, ruler: Calendar | None) -> float:
    return (ruler.between(begin, end) if ruler else end - begin).total_seconds()
