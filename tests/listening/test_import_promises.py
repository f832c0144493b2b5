"""Promises over real support threads: figures and breaches of an independent computation."""

import math
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from cornbread.care import actions as care
from cornbread.care.actions import Terms
from cornbread.care.domain.promises import Goal, Target
from cornbread.care.models import Breach
from cornbread.care.tasks import keep_clocks
from cornbread.foundation.jobs import drain
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Workspace
from tests import world
from tests.listening.test_import import FILE, Row, imported, real, rows_of, run

pytestmark = [pytest.mark.django_db(transaction=True), real]

ZONE = ZoneInfo("America/New_York")  # its clocks changed on 5 November 2017
HOLIDAYS = {"2017-11-23": "Thanksgiving", "2017-12-25": "Christmas"}
WEEKLY = {str(day): [("08:30", "12:00"), ("13:00", "18:00")] for day in range(5)}
FIRST_S, NEXT_S, WHOLE_S = 3600, 7200, 24 * 3600

Span = tuple[float, float]


def opened(begin: float, end: float) -> float:
    """Seconds of opening hours between two moments, by looking at day after day."""
    total = 0.0
    day = datetime.fromtimestamp(begin, ZONE).date()
    while day <= datetime.fromtimestamp(end, ZONE).date():
        if day.weekday() < 5 and day.isoformat() not in HOLIDAYS:
            for first, last in ((8.5, 12), (13, 18)):
                total += max(min(end, clock(day, last)) - max(begin, clock(day, first)), 0)
        day += timedelta(days=1)
    return total


def clock(day: date, hour: float) -> float:
    return datetime(
        day.year, day.month, day.day, int(hour), int(hour % 1 * 60), tzinfo=ZONE
    ).timestamp()


def told(rows: list[Row]) -> list[list[tuple[float, bool]]]:
    """What was said in each conversation, as (moment, by the customer), in order."""
    by_id = {row["tweet_id"]: row for row in rows}

    def parent(row: Row) -> str:
        return row["in_response_to_tweet_id"].removesuffix(".0")

    def root(id_: str) -> str:
        while id_ in by_id and parent(by_id[id_]):
            id_ = parent(by_id[id_])
        return id_

    def when(row: Row) -> float:
        return datetime.strptime(row["created_at"], "%a %b %d %H:%M:%S %z %Y").timestamp()

    found: dict[tuple[str, str], list[tuple[float, bool]]] = {}
    for row in rows:
        above: Row | None = row
        while above is not None and above["inbound"] == "False":
            above = by_id.get(parent(above))
        if above is not None:
            key = root(above["tweet_id"]), above["author_id"]
            found.setdefault(key, []).append((when(row), row["inbound"] == "True"))
    return [sorted(said) for said in found.values()]


def waits(said: list[tuple[float, bool]]) -> list[tuple[float, float | None]]:
    """From each message that waited to its answer; None while there is none."""
    asked = sorted({at for at, theirs in said if theirs})
    answers = sorted({at for at, theirs in said if not theirs})
    found: list[tuple[float, float | None]] = []
    for at in asked:
        if found and (found[-1][1] is None or at < found[-1][1]):
            continue
        if found and at == found[-1][1] and at != found[-1][0]:
            pass  # answered with the words that answered what came before
        end = next((moment for moment in answers if moment >= at), None)
        found.append((at, end))
    return found


def expected(rows: list[Row], now: float) -> dict[str, Any]:
    """Counts and times by target, with business hours for answers and all hours for the whole."""
    counts: dict[str, Counter[str]] = {target.value: Counter() for target in Target}
    times: dict[str, list[tuple[float, float]]] = {target.value: [] for target in Target}
    for said in told(rows):
        found = waits(said)
        for number, (begin, end) in enumerate(found):
            target, goal = ("next_response", NEXT_S) if number else ("first_response", FIRST_S)
            used = opened(begin, now if end is None else end)
            counts[target]["broken" if used > goal else "waiting" if end is None else "kept"] += 1
            if end is not None:
                times[target].append((end - begin, used))
        whole = sum((now if end is None else end) - begin for begin, end in found)
        counts["resolution"]["broken" if whole > WHOLE_S else "waiting"] += 1
    return {
        target: {
            "kept": counts[target]["kept"],
            "broken": counts[target]["broken"],
            "waiting": counts[target]["waiting"],
            "waived": 0,
            "calendar": summary([one for one, _ in times[target]]),
            "business": summary([one for _, one in times[target]]),
        }
        for target in counts
    }


def summary(found: list[float]) -> dict[str, float | int | None]:
    ordered, n = sorted(found), len(found)
    if not n:
        return {"median_s": None, "p90_s": None, "n": 0}
    median = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    return {"median_s": median, "p90_s": ordered[math.ceil(n * 0.9) - 1], "n": n}


@pytest.mark.parametrize("policy_first", [True, False])
def test_real_threads_give_the_figures_of_an_independent_computation(policy_first: bool) -> None:
    rows = rows_of(FILE)
    if not policy_first:
        imported(FILE)
        brand = Workspace.objects.get()
    else:
        brand = world.workspace("W")
    lead = world.member(brand, Role.LEAD)
    desk = care.save_calendar(by=lead, name="Desk", zone=str(ZONE), weekly=WEEKLY, days=HOLIDAYS)
    goals = {
        Target.FIRST_RESPONSE: Goal(FIRST_S, business=True),
        Target.NEXT_RESPONSE: Goal(NEXT_S, business=True),
        Target.RESOLUTION: Goal(WHOLE_S),
    }
    care.save_policy(Terms(name="All", goals=goals, calendar_id=desk.pk), by=lead)
    if policy_first:
        imported(FILE)
    drain()
    figures = run("promises")
    assert figures == expected(rows, datetime.now(UTC).timestamp())
    answered = figures["first_response"]
    assert answered["kept"] > 100
    assert answered["broken"] > 100
    assert figures["next_response"]["kept"] > 50
    # Who answers late tells so at once; who imports may still bring the answer with the next row.
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=3)):
        keep_clocks.call()
    recorded = Counter(Breach.objects.values_list("target", flat=True))
    assert recorded == {target: found["broken"] for target, found in figures.items()}
