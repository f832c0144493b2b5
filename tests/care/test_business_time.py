"""Business time against an oracle that looks at the clock on the wall, minute after minute."""

import random
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornbread.care.domain.business_time import Calendar
from cornbread.foundation.errors import Invalid

MINUTE = timedelta(minutes=1)
HOUR_S = 3600
NINE_TO_FIVE = {day: [(time(9), time(17))] for day in range(5)}
ROUND_THE_CLOCK = {day: [(time(0), time(0))] for day in range(7)}
#: Around these days the clocks of these zones were changed, some in strange ways.
CHANGES = [
    ("Europe/Berlin", date(2024, 3, 31)),
    ("Europe/Berlin", date(2024, 10, 27)),
    ("America/New_York", date(2025, 3, 9)),
    ("America/New_York", date(2025, 11, 2)),
    ("Europe/Dublin", date(2024, 10, 27)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),  # by half an hour
    ("Australia/Lord_Howe", date(2024, 10, 6)),
    ("Antarctica/Troll", date(2024, 3, 31)),  # by two hours
    ("Antarctica/Troll", date(2024, 10, 27)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # at midnight, into an hour that was not
    ("America/Sao_Paulo", date(2018, 2, 18)),  # at midnight, back into the day before
    ("America/St_Johns", date(2010, 11, 7)),  # at one minute past midnight
    ("Africa/Casablanca", date(2024, 3, 10)),  # for Ramadan
    ("Africa/Casablanca", date(2024, 4, 14)),
    ("Asia/Gaza", date(2026, 2, 14)),
    ("Asia/Gaza", date(2026, 3, 28)),
    ("Asia/Tehran", date(2022, 3, 22)),
    ("Asia/Pyongyang", date(2015, 8, 15)),  # for good, by half an hour
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that never was
    ("Pacific/Kwajalein", date(1993, 8, 21)),
    ("Asia/Kathmandu", date(2024, 6, 1)),  # never, but three quarters of an hour off
    ("UTC", date(2024, 2, 29)),
]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def in_zone(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[misc, arg-type]


class Oracle:
    """Asks for every minute of some days whether the wall shows a time inside a block."""

    def __init__(
        self,
        zone: str,
        weekly: Mapping[int, Sequence[tuple[time, time]]],
        holidays: set[date],
        begin: datetime,
        days: int,
    ) -> None:
        self.begin, tz = begin, ZoneInfo(zone)
        self.open = []
        for number in range(days * 24 * 60):
            wall = (begin + number * MINUTE).astimezone(tz)
            inside = any(
                first <= wall.time() and (last == time(0) or wall.time() < last)
                for first, last in weekly.get(wall.weekday(), ())
            )
            if inside and wall.date() not in holidays:
                self.open.append(number)

    def between(self, first: int, last: int) -> timedelta:
        return (bisect_left(self.open, last) - bisect_left(self.open, first)) * MINUTE

    def add(self, first: int, minutes: int) -> datetime | None:
        """None where that is after the days that were looked at."""
        at = bisect_left(self.open, first) + minutes - 1
        return self.begin + (self.open[at] + 1) * MINUTE if at < len(self.open) else None


def week(rng: random.Random, *, step: int = 1) -> dict[int, list[tuple[time, time]]]:
    """Hours of a week: up to three blocks a day, which may overlap and may end at midnight."""
    found: dict[int, list[tuple[time, time]]] = {}
    for day in rng.sample(range(7), rng.randint(1, 7)):
        for _ in range(rng.randint(1, 3)):
            first, last = sorted(rng.sample(range(0, 24 * 60 + 1, step), 2))
            block = time(*divmod(first, 60)), time(*divmod(last % (24 * 60), 60))
            found.setdefault(day, []).append(block)
    return found


def differences(rng: random.Random, cases: int, *, days: int = 12) -> list[str]:
    """What the calendar says otherwise than the oracle, over so many cases around one change."""
    zone, day = rng.choice(CHANGES)
    weekly = week(rng, step=rng.choice((1, 15, 30)))
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=days // 2)
    holidays = {
        begin.date() + timedelta(days=rng.randrange(days)) for _ in range(rng.randint(0, 3))
    }
    calendar = Calendar(zone, weekly, holidays)
    oracle = Oracle(zone, weekly, holidays, begin, days)
    found = []
    for _ in range(cases):
        first, last = sorted(rng.sample(range(days * 24 * 60), 2))
        start, end = begin + first * MINUTE, begin + last * MINUTE
        told, meant = calendar.between(start, end), oracle.between(first, last)
        if told != meant:
            found.append(f"{zone} {weekly} {holidays}: {start} to {end}: {told}, not {meant}")
        minutes = rng.randint(1, 40 * 60)
        due = oracle.add(first, minutes)
        if due is not None and calendar.add(start, minutes * 60) != due:
            found.append(f"{zone} {weekly} {holidays}: {minutes} min after {start} is {due}")
    return found


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_it_agrees_with_the_wall_clock_of_every_minute(rng: random.Random) -> None:
    assert differences(rng, 20, days=6) == []


@pytest.mark.slow
def test_it_agrees_with_the_wall_clock_in_a_hundred_thousand_cases() -> None:
    rng = random.Random(20261123)
    for _ in range(500):
        assert differences(rng, 200) == []


moments = st.datetimes(
    min_value=datetime(1990, 1, 1),
    max_value=datetime(2040, 1, 1),
    timezones=st.sampled_from([ZoneInfo(zone) for zone, _ in CHANGES]),
)


@settings(deadline=None)
@given(moments, st.integers(1, 10**7), st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_what_is_added_has_then_passed(
    start: datetime, micro: int, seconds: int, rng: random.Random
) -> None:
    calendar = Calendar(rng.choice(CHANGES)[0], week(rng), {start.date()})
    wanted = timedelta(seconds=seconds, microseconds=micro)
    end = calendar.add(start, wanted.total_seconds())
    assert end.tzinfo is UTC
    assert calendar.between(start, end) == wanted
    assert calendar.between(start, end - timedelta(microseconds=1)) < wanted, "never later"


@settings(deadline=None)
@given(st.lists(moments, min_size=3, max_size=3), st.randoms(use_true_random=False))
def test_two_stretches_together_last_as_long_as_both(
    three: list[datetime], rng: random.Random
) -> None:
    calendar = Calendar(rng.choice(CHANGES)[0], week(rng))
    first, middle, last = sorted(moment.astimezone(UTC) for moment in three)
    parts = [calendar.between(*pair) for pair in pairwise((first, middle, last))]
    assert calendar.between(first, last) == sum(parts, timedelta(0))


class TestHours:
    def test_a_promise_given_on_friday_evening_is_kept_on_monday(self) -> None:
        calendar = Calendar("Europe/Berlin", NINE_TO_FIVE)
        friday = in_zone("Europe/Berlin", 2024, 6, 7, 16, 30)
        assert calendar.add(friday, HOUR_S) == in_zone("Europe/Berlin", 2024, 6, 10, 9, 30)

    def test_what_is_over_as_a_block_ends_is_over_then_and_not_the_next_morning(self) -> None:
        calendar = Calendar("UTC", NINE_TO_FIVE)
        assert calendar.add(utc(2024, 6, 7, 16), HOUR_S) == utc(2024, 6, 7, 17)
        assert calendar.add(utc(2024, 6, 7, 16), HOUR_S + 1) == utc(2024, 6, 10, 9, 0, 1)

    def test_the_lunch_break_does_not_count(self) -> None:
        calendar = Calendar("UTC", {0: [(time(9), time(12)), (time(13), time(17))]})
        monday = utc(2024, 6, 3, 11)
        assert calendar.add(monday, 2 * HOUR_S) == utc(2024, 6, 3, 14)
        assert calendar.between(monday, utc(2024, 6, 3, 14)) == timedelta(hours=2)

    @pytest.mark.parametrize("midnight", [time(0), time.max])
    def test_a_block_until_midnight_lasts_to_the_end_of_its_day(self, midnight: time) -> None:
        calendar = Calendar("UTC", {0: [(time(18), midnight)]})
        assert calendar.between(utc(2024, 6, 3), utc(2024, 6, 5)) == timedelta(hours=6)
        assert calendar.add(utc(2024, 6, 3), 6 * HOUR_S) == utc(2024, 6, 4)

    def test_from_midnight_to_midnight_is_the_whole_day(self) -> None:
        calendar = Calendar("UTC", ROUND_THE_CLOCK)
        start = utc(2024, 6, 3, 7, 11)
        assert calendar.add(start, 10**6) == start + timedelta(seconds=10**6)

    def test_a_night_shift_goes_on_into_the_next_day(self) -> None:
        calendar = Calendar("UTC", {6: [(time(22), time(6))]})
        sunday = utc(2024, 6, 9)
        assert calendar.between(sunday, sunday + timedelta(days=1)) == timedelta(hours=2)
        assert calendar.add(sunday, 8 * HOUR_S) == utc(2024, 6, 10, 6)

    def test_blocks_that_overlap_count_once(self) -> None:
        calendar = Calendar(
            "UTC", {0: [(time(9), time(13)), (time(12), time(14)), (time(9), time(10))]}
        )
        assert calendar.between(utc(2024, 6, 3), utc(2024, 6, 4)) == timedelta(hours=5)

    def test_a_block_that_ends_where_it_begins_is_empty(self) -> None:
        assert not Calendar("UTC", {0: [(time(9), time(9))]}).has_hours

    def test_time_counts_to_the_microsecond(self) -> None:
        calendar = Calendar("UTC", {0: [(time(9, 0, 30), time(9, 1))]})
        assert calendar.add(utc(2024, 6, 3), 29.999999) == utc(2024, 6, 3, 9, 0, 59, 999999)


class TestHolidays:
    def test_nothing_counts_from_midnight_to_midnight(self) -> None:
        calendar = Calendar("Europe/Berlin", NINE_TO_FIVE, {date(2024, 12, 25), date(2024, 12, 26)})
        eve = in_zone("Europe/Berlin", 2024, 12, 24, 16)
        assert calendar.add(eve, 2 * HOUR_S) == in_zone("Europe/Berlin", 2024, 12, 27, 10)

    def test_the_night_of_the_evening_before_ends_at_midnight(self) -> None:
        calendar = Calendar("UTC", {0: [(time(22), time(6))]}, {date(2024, 6, 4)})
        assert calendar.between(utc(2024, 6, 3), utc(2024, 6, 5)) == timedelta(hours=2)

    def test_it_is_the_day_of_the_place_and_not_of_utc(self) -> None:
        calendar = Calendar("Pacific/Auckland", ROUND_THE_CLOCK, {date(2024, 6, 4)})
        begin = in_zone("Pacific/Auckland", 2024, 6, 4, 0)
        assert calendar.between(begin, begin + timedelta(days=1)) == timedelta(0)
        assert calendar.between(begin - timedelta(hours=1), begin) == timedelta(hours=1)


class TestClocksThatChange:
    def test_an_hour_that_the_clocks_leave_out_has_no_seconds(self) -> None:
        calendar = Calendar("Europe/Berlin", {6: [(time(2), time(4))]})
        spring = utc(2024, 3, 31)
        assert calendar.between(spring, spring + timedelta(days=1)) == timedelta(hours=1)
        assert calendar.add(spring, HOUR_S) == utc(2024, 3, 31, 2)

    def test_an_hour_that_comes_twice_counts_twice(self) -> None:
        calendar = Calendar("Europe/Berlin", {6: [(time(2), time(3))]})
        autumn = utc(2024, 10, 27)
        assert calendar.between(autumn, autumn + timedelta(days=1)) == timedelta(hours=2)
        assert calendar.add(autumn, 2 * HOUR_S) == utc(2024, 10, 27, 2)

    def test_a_moment_in_the_second_of_two_equal_hours_is_the_later_one(self) -> None:
        calendar = Calendar("Europe/Berlin", ROUND_THE_CLOCK)
        first = in_zone("Europe/Berlin", 2024, 10, 27, 2, 30)
        assert calendar.between(first, first.replace(fold=1)) == timedelta(hours=1)

    def test_a_day_that_a_country_skipped_never_was(self) -> None:
        calendar = Calendar("Pacific/Apia", NINE_TO_FIVE)
        thursday = in_zone("Pacific/Apia", 2011, 12, 29, 16)
        assert calendar.add(thursday, 2 * HOUR_S) == in_zone("Pacific/Apia", 2012, 1, 2, 10)

    def test_an_offset_of_odd_seconds_counts_to_the_second(self) -> None:
        calendar = Calendar("Africa/Monrovia", {3: [(time(9), time(10))]})
        opens = datetime(1971, 12, 30, 9, 44, 30, tzinfo=UTC)
        assert calendar.add(opens - MINUTE, 1) == opens + timedelta(seconds=1)


class TestEdges:
    def test_no_time_at_all_is_over_at_once_also_at_night(self) -> None:
        night = in_zone("Europe/Berlin", 2024, 6, 9, 3)
        assert Calendar("Europe/Berlin", NINE_TO_FIVE).add(night, 0) == night
        assert Calendar("Europe/Berlin", {}).add(night, 0) == night

    def test_what_ends_before_it_begins_takes_no_time(self) -> None:
        calendar = Calendar("UTC", ROUND_THE_CLOCK)
        assert calendar.between(utc(2024, 6, 4), utc(2024, 6, 3)) == timedelta(0)

    def test_in_a_place_without_hours_no_time_passes_and_none_ends(self) -> None:
        calendar = Calendar("UTC", {0: []})
        assert calendar.between(utc(2020, 1, 1), utc(2024, 1, 1)) == timedelta(0)
        with pytest.raises(Invalid, match="no opening hours"):
            calendar.add(utc(2024, 6, 3), 1)

    def test_moments_need_a_zone_and_blocks_have_none(self) -> None:
        calendar = Calendar("UTC", NINE_TO_FIVE)
        with pytest.raises(Invalid, match="needs a time zone"):
            calendar.add(datetime(2024, 6, 3), 0)
        with pytest.raises(Invalid, match="needs a time zone"):
            calendar.between(datetime(2024, 6, 3), utc(2024, 6, 3))
        with pytest.raises(Invalid, match="wall time"):
            Calendar("UTC", {0: [(time(9, tzinfo=UTC), time(17))]})

    @pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", "Europe"])
    def test_a_zone_that_does_not_exist_is_refused(self, zone: str) -> None:
        with pytest.raises(Invalid, match="no time zone"):
            Calendar(zone, NINE_TO_FIVE)

    def test_so_is_a_day_that_no_week_has(self) -> None:
        with pytest.raises(Invalid, match="A week has"):
            Calendar("UTC", {7: [(time(9), time(17))]})

    def test_time_does_not_go_backwards(self) -> None:
        with pytest.raises(Invalid, match="forward"):
            Calendar("UTC", NINE_TO_FIVE).add(utc(2024, 6, 3), -1)

    def test_it_reaches_decades_ahead_and_says_where_it_ends(self) -> None:
        calendar = Calendar("Europe/Berlin", NINE_TO_FIVE)
        years = calendar.between(utc(2000, 1, 3), utc(2100, 1, 1))
        assert calendar.add(utc(2000, 1, 3), years.total_seconds()) == utc(2099, 12, 31, 16)
        with pytest.raises(Invalid, match="9998"):
            calendar.add(utc(9998, 12, 1), 10**9)
        with pytest.raises(Invalid, match="year 2"):
            calendar.between(utc(1, 6, 1), utc(2024, 1, 1))
