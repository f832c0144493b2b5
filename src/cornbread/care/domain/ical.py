"""Days off from a calendar file (iCalendar, RFC 5545): its all-day events, each year anew."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import msgspec

from cornbread.foundation.errors import Invalid

#: Larger files hold more than days off.
MOST_CHARACTERS, MOST_DAYS, LONGEST = 2_000_000, 3_000, 366
_FREQUENCIES = {"YEARLY", "MONTHLY", "WEEKLY"}


class Found(msgspec.Struct, frozen=True):
    """Days with their names, and how many events were left out because of a time of day, or
    because they could not be understood.
    """

    days: dict[date, str]
    timed: int = 0
    unreadable: int = 0


def days_off(text: str, first: date, last: date) -> Found:
    """The all-day events of a calendar that touch the days from ``first`` to ``last``.

    Recurring events are expanded, yearly, monthly or weekly; single days that were taken out of
    them or moved, and events that were cancelled, are respected.
    """
    if len(text) > MOST_CHARACTERS:
        raise _refused("This file is too large for a calendar of holidays.")
    events = list(_events(text))
    moved = {_moved(event) for event in events}
    days: dict[date, str] = {}
    timed = unreadable = 0
    for event in events:
        try:
            if not _all_day(event):
                timed += 1
                continue
            name = " ".join(str(event.get("SUMMARY", "")).split())[:80] or "Closed"
            for day in _days(event, first, last, moved):
                days.setdefault(day, name)
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
            unreadable += 1
        if len(days) > MOST_DAYS:
            raise _refused(f"A calendar can have at most {MOST_DAYS} days off.")
    return Found(dict(sorted(days.items())), timed, unreadable)


def _events(text: str) -> Iterator[Any]:
    # The library takes a tenth of a second to load, so only those who import wait for it.
    import icalendar

    try:
        calendars = icalendar.Calendar.from_ical(text, multiple=True)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        calendars = []
    if not any(one.name == "VCALENDAR" for one in calendars):
        raise _refused("This is no calendar file. It should begin with BEGIN:VCALENDAR.")
    for calendar in calendars:
        for event in calendar.walk("VEVENT"):
            if str(event.get("STATUS", "")).upper() != "CANCELLED" or "RECURRENCE-ID" in event:
                yield event


def _refused(message: str) -> Invalid:
    return Invalid(message, code="no_calendar_file", fields={"file": message})


def _all_day(event: Any) -> bool:
    return not isinstance(event["DTSTART"].dt, datetime)


def _moved(event: Any) -> tuple[str, date] | None:
    """The one day of a recurring event that another event replaces."""
    try:
        return str(event.get("UID", "")), _day(event["RECURRENCE-ID"].dt)
    except (KeyError, AttributeError):
        return None


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _days(
    event: Any, first: date, last: date, moved: set[tuple[str, date] | None]
) -> Iterator[date]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    start: date = event["DTSTART"].dt
    length = min(_length(event, start), LONGEST)
    left_out = _dates(event, "EXDATE")
    if "RECURRENCE-ID" not in event:
        left_out |= {one[1] for one in moved if one and one[0] == str(event.get("UID", ""))}
    for begin in sorted(_begins(event, start, first - timedelta(days=length), last)):
        if begin not in left_out:
            for number in range(length):
                day = begin + timedelta(days=number)
                if first <= day <= last:
                    yield day


def _length(event: Any, start: date) -> int:
    """How many days it lasts; its end is the day after the last one."""
    if "DTEND" in event:
        return max((_day(event["DTEND"].dt) - start).days, 1)
    if "DURATION" in event:
        length: timedelta = event["DURATION"].dt
        return max(length.days, 1)
    return 1


def _dates(event: Any, name: str) -> set[date]:
    given = event.get(name, [])
    lists = given if isinstance(given, list) else [given]
    return {_day(one.dt) for dates in lists for one in dates.dts}


def _begins(event: Any, start: date, first: date, last: date) -> set[date]:
    from dateutil.rrule import rrulestr

    found = {start} | _dates(event, "RDATE")
    rule = event.get("RRULE")
    if rule:
        if set(rule["FREQ"]) - _FREQUENCIES:
            raise ValueError("holidays come round every year, month or week")
        if "UNTIL" in rule:
            # Days have no zone, and the end of a rule may come with one.
            rule["UNTIL"] = [datetime.combine(_day(rule["UNTIL"][0]), time.max)]
        begin = datetime.combine(start, time())
        times = rrulestr(rule.to_ical().decode(), dtstart=begin)
        low = max(datetime.combine(first, time()), begin)
        every = times.xafter(low, inc=True)
        for moment in islice(every, MOST_DAYS):
            if moment.date() > last:
                break
            found.add(moment.date())
    return found
