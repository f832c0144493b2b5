"""Stored calendars as the values that business time is reckoned with."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import msgspec

from cornbread.care.domain import business_time
from cornbread.care.domain.hours import hours_of
from cornbread.care.domain.public_holidays import public_holidays
from cornbread.care.models import Calendar
from cornbread.foundation import clock

#: Conversations reach back to here, and promises no further than the years ahead.
FIRST_YEAR, YEARS_AHEAD = 2006, 6


def value_of(calendar: Calendar) -> business_time.Calendar:
    """The opening hours of a calendar with all its holidays, public and own."""
    return _value(
        calendar.zone,
        msgspec.json.encode(calendar.weekly),
        calendar.country,
        calendar.subdivision,
        tuple(calendar.days),
        clock.now().year + YEARS_AHEAD,
    )


# Built once for all timelines, because the public holidays of decades take a tenth of a second.
@lru_cache(maxsize=256)
def _value(
    zone: str, weekly: bytes, country: str, subdivision: str, days: tuple[str, ...], last_year: int
) -> business_time.Calendar:
    public = public_holidays(country, subdivision, FIRST_YEAR, last_year)
    own = {date.fromisoformat(day) for day in days}
    return business_time.Calendar(zone, hours_of(msgspec.json.decode(weekly)), own | set(public))


def holidays_of(calendar: Calendar, first: date, last: date) -> Mapping[date, str]:
    """Every day off between two days, with its name; one's own name goes before the public one."""
    public = public_holidays(calendar.country, calendar.subdivision, first.year, last.year)
    own = {date.fromisoformat(day): name for day, name in calendar.days.items()}
    both = {**public, **own}
    return {day: both[day] for day in sorted(both) if first <= day <= last}
