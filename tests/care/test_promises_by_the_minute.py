"""Promises against an oracle that lives through every minute of a conversation."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornbread.care.domain.business_time import Calendar
from cornbread.care.domain.promises import Goal, Pledge, Target, promises
from cornbread.care.domain.timeline import Entry, Status
from tests.care.timelines import answered, at, became, said

LENGTH = 4 * 24 * 60
ZONE = ZoneInfo("America/New_York")  # which changed its clocks four hours into the timelines
HOURS = (time(9), time(17, 30))
HOLIDAY = date(2024, 3, 12)


@dataclass
class Lived:
    """A promise as somebody with a watch and a calendar on the wall keeps it."""

    target: str
    cycle: int
    goal_s: int
    business: bool
    ended: int | None = None
    kept: bool = False
    calendar_s: int = 0
    business_s: int = 0
    due: int | None = None

    def state(self, now: int) -> set[str]:
        if self.due is not None and (now if self.ended is None else self.ended) > self.due:
            return {"broken"}
        if self.ended is not None:
            return {"kept" if self.kept else "waived"}
        return {"running", "soon", "paused"}


def live(timeline: dict[int, Entry], pledge: Pledge, until: int) -> list[Lived]:
    """Go through the minutes one by one."""
    found: list[Lived] = []
    status, heard, answered_once = "open", False, False
    wait: Lived | None = None
    whole: Lived | None = None

    def begin(target: str, number: int) -> Lived:
        goal = pledge.goals[Target(target)]
        found.append(Lived(target, number, goal.seconds, goal.business))
        return found[-1]

    for minute in range(until):
        entry = timeline.get(minute)
        if entry is not None:
            number = 0 if entry.inbound and not heard else entry.id
            if entry.inbound:
                status, heard = "open", True
                if wait is None:
                    target = "next_response" if answered_once else "first_response"
                    wait = begin(target, number)
            elif entry.outbound:
                status = "pending" if status == "open" else status
                if wait is not None:
                    wait.ended, wait.kept, wait, answered_once = minute, True, None, True
            else:
                status = entry.details.to.value  # type: ignore[union-attr]
                if status == "resolved" and wait is not None:
                    wait.ended, wait = minute, None
            if status == "resolved" and whole is not None:
                whole.ended, whole.kept, whole = minute, True, None
            elif status != "resolved" and whole is None and heard:
                whole = begin("resolution", number)
        if status != "pending":
            for one in found:
                if one.ended is None:
                    count(one, minute)
    return found


def count(one: Lived, minute: int) -> None:
    wall = at(minute).astimezone(ZONE)
    inside = HOURS[0] <= wall.time() < HOURS[1] and wall.weekday() < 5
    ours = inside and wall.date() != HOLIDAY
    one.calendar_s += 60
    one.business_s += 60 * ours
    used = one.business_s if one.business else one.calendar_s
    if used == one.goal_s and one.due is None:
        one.due = minute + 1


def timeline_of(rng: random.Random) -> dict[int, Entry]:
    makers = [
        said,
        said,
        answered,
        lambda minute: became(Status.PENDING, minute),
        lambda minute: became(Status.OPEN, minute),
        lambda minute: became(Status.RESOLVED, minute),
    ]
    minutes = sorted(rng.sample(range(1, LENGTH), rng.randint(0, 12)))
    return {0: said(0)} | {minute: rng.choice(makers)(minute) for minute in minutes}


def differences(rng: random.Random) -> list[str]:
    weekly = {day: [HOURS] for day in range(5)}
    goals = {
        target: Goal(rng.randint(1, 2000) * 60, business=rng.random() < 0.5) for target in Target
    }
    pledge = Pledge(goals, calendar=Calendar(str(ZONE), weekly, {HOLIDAY}))
    timeline = timeline_of(rng)
    until = rng.randint(max(timeline) + 1, LENGTH + 1)
    told = promises(list(timeline.values()), pledge, at(until))
    lived = live(timeline, pledge, until)
    by_key = {(one.target.value, one.cycle): one for one in told}
    found = [] if len(told) == len(lived) == len(by_key) else [f"{len(told)}, not {len(lived)}"]
    for one in lived:
        said_of = by_key[one.target, one.cycle]
        if said_of.state not in one.state(until):
            found.append(f"{one} is {said_of.state}")
        if (said_of.calendar_s, said_of.business_s) != (one.calendar_s, one.business_s):
            found.append(f"{one} took {said_of.calendar_s} {said_of.business_s}")
        if one.due is not None and said_of.due_at != at(one.due):
            found.append(f"{one} is due {said_of.due_at}")
    return [f"{one} in {timeline}" for one in found]


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_they_agree_with_whoever_lives_through_every_minute(rng: random.Random) -> None:
    assert differences(rng) == []


@pytest.mark.slow
def test_they_agree_in_thousands_of_conversations() -> None:
    rng = random.Random(7)
    for _ in range(600):
        assert differences(rng) == []


def test_the_oracle_knows_the_day_on_which_the_clocks_change() -> None:
    before: datetime = at(0).astimezone(ZONE)
    assert before.dst() == timedelta(0)
    assert at(LENGTH).astimezone(ZONE).dst() == timedelta(hours=1)
