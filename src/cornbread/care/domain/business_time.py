"""Business time: how long a place was open between two moments, and when so much of it is over.

A place is open in blocks of wall time on each day of the week, in its own zone, except on
holidays. Time itself is real: an hour that the clocks leave out has no seconds, one that they
repeat has them twice, and a day that a country skipped never was.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from cornbread.foundation.errors import Invalid

# All reckoning is in whole microseconds since this moment, which was a Monday's midnight: those of
# UTC, and, with the offset of the zone added, those that the clock on the wall shows.
_BEGIN = datetime(1, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = 86_400_000_000
_WEEK = 7 * _DAY
#: Years in which every zone can be asked for its offset.
_FIRST_YEAR, _LAST_YEAR = 2, 9998
#: No zone has ever changed its offset twice within three days.
_STEP = 2 * _DAY

Blocks = Sequence[tuple[time, time]]


class Calendar:
    """The opening hours of a place.

    ``zone`` is a name such as "Europe/Berlin". ``weekly`` has the blocks of each weekday (0 is
    Monday), in wall time, from the first moment up to but without the last. A block that ends at
    midnight, written ``time(0)`` or ``time.max``, lasts to the end of its day, so that
    ``(time(0), time(0))`` is all of it. One that ends before it begins goes on into the next day.
    Any other block that ends where it begins is empty. Blocks may overlap; nothing counts twice.

    ``holidays`` are closed from midnight to midnight, also for a block of the evening before.
    """

    __slots__ = ("_begins", "_closed", "_ends", "_holidays", "_open_before", "_zone")

    def __init__(
        self,
        zone: str,
        weekly: Mapping[int, Blocks],
        holidays: AbstractSet[date] = frozenset(),
    ) -> None:
        _known(zone)
        self._zone = zone
        stretches = _merged(_of_week(weekly))
        self._begins = [begin for begin, _ in stretches]
        self._ends = [end for _, end in stretches]
        self._open_before = [0, *accumulate(end - begin for begin, end in stretches)]
        self._holidays = sorted({day.toordinal() - 1 for day in holidays})
        lost = (self._into_week(*_day_of_week(day)) for day in self._holidays)
        self._closed = [0, *accumulate(lost)]

    @property
    def has_hours(self) -> bool:
        """Whether it is ever open."""
        return bool(self._begins)

    def add(self, start: datetime, seconds: float) -> datetime:
        """The first moment by which the place was open for so many seconds after ``start``.

        In UTC. Time that is over just as a block ends is over then, not when the next begins; no
        time at all is over at once, whenever that is. Raises ``Invalid`` for a time that never
        comes: a negative one, or any where the place has no hours.
        """
        left = round(seconds * 1_000_000)
        if left < 0:
            raise Invalid("Business time only goes forward.", code="negative_time")
        begin = _microseconds(start)
        if left == 0:
            return start.astimezone(UTC)
        if not self.has_hours:
            raise Invalid(
                "This calendar has no opening hours, so no time passes in it.",
                code="calendar_without_hours",
            )
        for low, high, offset in _stretches(self._zone, begin):
            first, last = max(low, begin) + offset, high + offset
            wanted = self._until(first) + left
            reached = self._until(last)
            if reached >= wanted:
                moments = range(first, last + 1)
                found = moments[bisect_left(moments, wanted, key=self._until)]
                return _BEGIN + (found - offset) * _MICROSECOND
            left = wanted - reached
        raise Invalid("That lies beyond the year 9998.", code="beyond_calendars")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """For how long the place was open from ``start`` to ``end``; zero if that is not later."""
        begin = _microseconds(start)
        until = max(begin, _microseconds(end))
        total = 0
        for low, high, offset in _stretches(self._zone, begin):
            if low >= until:
                break
            total += self._until(min(high, until) + offset)
            total -= self._until(max(low, begin) + offset)
        return total * _MICROSECOND

    def _until(self, wall: int) -> int:
        """For how long it was open before this wall time, as if clocks were never changed."""
        weeks, into = divmod(wall, _WEEK)
        total = weeks * self._open_before[-1] + self._into_week(0, into)
        day = wall // _DAY
        earlier = bisect_left(self._holidays, day)
        total -= self._closed[earlier]
        if earlier < len(self._holidays) and self._holidays[earlier] == day:
            total -= self._into_week(into - into % _DAY, into)
        return total

    def _into_week(self, begin: int, end: int) -> int:
        """For how long it is open between two moments of any week without holidays."""
        return self._from_monday(end) - (self._from_monday(begin) if begin else 0)

    def _from_monday(self, moment: int) -> int:
        over = bisect_left(self._ends, moment)
        total = self._open_before[over]
        if over < len(self._begins):
            total += max(moment - self._begins[over], 0)
        return total


def _of_week(weekly: Mapping[int, Blocks]) -> Iterator[tuple[int, int]]:
    """All blocks as stretches of the week, none of them over midnight."""
    for weekday, blocks in weekly.items():
        if weekday not in range(7):
            raise Invalid("A week has the days 0 (Monday) to 6.", code="no_such_weekday")
        midnight = weekday * _DAY
        for first, last in blocks:
            begin, end = _of_day(first), _DAY if last == time.max else _of_day(last)
            if end < begin and end:
                yield midnight + begin, midnight + _DAY
                tomorrow = (weekday + 1) % 7 * _DAY
                yield tomorrow, tomorrow + end
            elif end != begin or not end:
                yield midnight + begin, midnight + (end or _DAY)


def _of_day(wall: time) -> int:
    if wall.tzinfo is not None:
        raise Invalid("Blocks are in the wall time of the calendar.", code="zone_in_block")
    since = timedelta(
        hours=wall.hour, minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond
    )
    return since // _MICROSECOND


def _merged(stretches: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((begin, end))
    return found


def _day_of_week(day: int) -> tuple[int, int]:
    begin = day % 7 * _DAY
    return begin, begin + _DAY


def _microseconds(moment: datetime) -> int:
    if moment.utcoffset() is None:
        raise Invalid("A moment needs a time zone.", code="moment_without_zone")
    # Taken to UTC first: Python subtracts two moments of one zone as the wall shows them.
    return (moment.astimezone(UTC) - _BEGIN) // _MICROSECOND


def _stretches(zone: str, begin: int) -> Iterator[tuple[int, int, int]]:
    """From ``begin`` on, stretches of UTC with one offset each: first, last, offset."""
    first_year = (_BEGIN + begin * _MICROSECOND).year
    for year in range(first_year, _LAST_YEAR + 1):
        for stretch in _offsets(zone, year):
            if stretch[1] > begin:
                yield stretch


@lru_cache(maxsize=4096)
def _offsets(zone: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """The stretches of one year of UTC.

    Python tells the offset at a moment but not when it changes, so that is searched for.
    """
    if year < _FIRST_YEAR:
        raise Invalid("Calendars begin with the year 2.", code="beyond_calendars")
    known = ZoneInfo(zone)

    def offset_at(moment: int) -> int:
        local = (_BEGIN + moment * _MICROSECOND).astimezone(known)
        offset = local.utcoffset()
        return offset // _MICROSECOND if offset is not None else 0

    low = (datetime(year, 1, 1, tzinfo=UTC) - _BEGIN) // _MICROSECOND
    end = (datetime(year + 1, 1, 1, tzinfo=UTC) - _BEGIN) // _MICROSECOND
    found, offset, seen = [], offset_at(low), low
    while seen < end:
        ahead = min(seen + _STEP, end)
        if (later := offset_at(ahead)) != offset:
            moments = range(seen, ahead + 1)
            change = moments[bisect_left(moments, True, key=lambda one: offset_at(one) == later)]
            found.append((low, change, offset))
            low, offset = change, later
        seen = ahead
    return *found, (low, end, offset)


def _known(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise Invalid(
            f"There is no time zone “{zone}”. Choose one such as Europe/Berlin.",
            code="no_such_zone",
            fields={"zone": "Choose a time zone such as Europe/Berlin."},
        ) from None
