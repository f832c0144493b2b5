"""Opening hours and days off."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from cornbread.care import pledges
from cornbread.care.domain.business_time import Calendar as Hours
from cornbread.care.domain.hours import stored_hours
from cornbread.care.domain.ical import MOST_DAYS, Found, days_off
from cornbread.care.domain.public_holidays import refuse_unknown
from cornbread.care.models import Calendar
from cornbread.care.recomputing import recompute
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.foundation.jobs import enqueue
from cornbread.team.actions import record
from cornbread.team.models import Member

#: Imported calendars are kept for these years around the present one.
YEARS_BACK, YEARS_AHEAD = 2, 5


@transaction.atomic
def save_calendar(
    *,
    by: Member,
    name: str,
    zone: str,
    weekly: Mapping[int | str, Sequence[Sequence[str]]],
    country: str = "",
    subdivision: str = "",
    days: Mapping[str, str] | None = None,
    calendar_id: int | None = None,
) -> Calendar:
    """A new calendar, or changes to one; promises under it are worked out anew.

    ``weekly`` has blocks such as ("09:00", "17:30") by weekday, 0 being Monday; ``days`` has days
    off by ISO date with their names, and stays as it is when left out.
    """
    by.require("promise.write")
    one = Calendar(workspace_id=by.workspace_id)
    if calendar_id is not None:
        one = pledges.calendar(calendar_id, seen_by=by, lock=True)
    name = " ".join(name.split())[:80]
    if not name:
        raise Invalid("A calendar needs a name.", fields={"name": "A calendar needs a name."})
    same = pledges.calendars(seen_by=by).filter(name__iexact=name).exclude(pk=one.pk)
    if same.exists():
        raise Invalid("There is such a calendar already.", fields={"name": "Already taken."})
    Hours(zone, {})  # refuses a zone that does not exist
    refuse_unknown(country, subdivision)
    one.name, one.zone, one.weekly = name, zone, stored_hours(weekly)
    one.country, one.subdivision = country, subdivision
    if days is not None:
        one.days = _checked(days)
    one.save()
    verb = "calendar.created" if calendar_id is None else "calendar.changed"
    _changed(one, verb, by)
    return one


@transaction.atomic
def import_days(calendar_id: int, text: str, *, by: Member) -> Found:
    """Add the all-day events of a calendar file to the days off, for the years around now."""
    by.require("promise.write")
    one = pledges.calendar(calendar_id, seen_by=by, lock=True)
    year = clock.now().year
    first, last = date(year - YEARS_BACK, 1, 1), date(year + YEARS_AHEAD, 12, 31)
    found = days_off(text, first, last)
    if not found.days:
        message = f"No all-day events between {first.year} and {last.year} were found in it."
        raise Invalid(message, code="no_days_off", fields={"file": message})
    new = {day.isoformat(): name for day, name in found.days.items()}
    one.days = _checked({**one.days, **new})
    one.save(update_fields=["days"])
    _changed(one, "calendar.imported", by, days=len(new))
    return found


@transaction.atomic
def delete_calendar(calendar_id: int, *, by: Member) -> None:
    """Throw a calendar away that no policy needs."""
    by.require("promise.write")
    one = pledges.calendar(calendar_id, seen_by=by, lock=True)
    used = [policy.name for policy in one.policies.all()]
    if used:
        raise Invalid(
            f"The policy {used[0]} counts by this calendar. Give it another one first.",
            code="calendar_in_use",
        )
    record(by.workspace_id, by, "calendar.deleted", f"calendar:{one.pk}", name=one.name)
    one.delete()


def _checked(days: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for day, name in days.items():
        try:
            found[date.fromisoformat(day).isoformat()] = " ".join(name.split())[:80] or "Closed"
        except ValueError:
            message = f"“{day[:20]}” is no date such as 2026-12-24."
            raise Invalid(message, code="no_such_day", fields={"days": message}) from None
    if len(found) > MOST_DAYS:
        message = f"A calendar can have at most {MOST_DAYS} days off."
        raise Invalid(message, fields={"days": message})
    return dict(sorted(found.items()))


def _changed(one: Calendar, verb: str, by: Member, **details: Any) -> None:
    record(by.workspace_id, by, verb, f"calendar:{one.pk}", name=one.name, **details)
    if one.policies.exists():
        enqueue(recompute, workspace_id=by.workspace_id)
