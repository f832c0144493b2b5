"""Opening hours: the calendars of a workspace, their weeks and their days off."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cornbread.care import actions as care
from cornbread.care import pledges
from cornbread.care.calendar_forms import CalendarForm, ImportForm, PlaceForm
from cornbread.care.calendars import holidays_of
from cornbread.care.domain import hours
from cornbread.care.models import Calendar
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.foundation.forms import show_refusal, status_of
from cornbread.foundation.wording import counted
from cornbread.team.access import page
from cornbread.team.models import Member

AHEAD = timedelta(days=365)


@require_GET
@page("promise.read")
def calendars(request: HttpRequest, member: Member) -> HttpResponse:
    """All calendars."""
    found = [
        {
            "one": one,
            "hours": hours.in_words(one.weekly),
            "next": next(iter(_ahead(one).items()), None),
        }
        for one in pledges.calendars(seen_by=member)
    ]
    context = {"calendars": found, "may_change": member.may("promise.write")}
    return render(request, "care/calendars.html", context)


@require_http_methods(["GET", "POST"])
@page("promise.write")
def new_calendar(request: HttpRequest, member: Member) -> HttpResponse:
    """Write down when a team is open."""
    if request.method != "POST":
        form = CalendarForm(initial={"zone": member.workspace.time_zone})
        return _calendar(request, member, form)
    return _save(request, member)


@require_GET
@page("promise.read")
def calendar(request: HttpRequest, member: Member, calendar_id: int) -> HttpResponse:
    """One calendar: its week, and every day off within a year."""
    one = pledges.calendar(calendar_id, seen_by=member)
    return _calendar(request, member, CalendarForm(initial=CalendarForm.initial_of(one)), one)


@require_POST
@page("promise.write")
def change_calendar(request: HttpRequest, member: Member, calendar_id: int) -> HttpResponse:
    """Save the hours."""
    return _save(request, member, pledges.calendar(calendar_id, seen_by=member))


@require_POST
@page("promise.write")
def import_days(request: HttpRequest, member: Member, calendar_id: int) -> HttpResponse:
    """Add the days of a calendar file."""
    one = pledges.calendar(calendar_id, seen_by=member)
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            found = care.import_days(one.pk, form.cleaned_data["text"], by=member)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            left_out = found.timed + found.unreadable
            more = f" {counted(left_out, 'other event')} left out." if left_out else ""
            messages.success(request, f"{counted(len(found.days), 'day')} off added.{more}")
            return redirect("calendar", slug=member.workspace.slug, calendar_id=one.pk)
    shown = CalendarForm(initial=CalendarForm.initial_of(one))
    return _calendar(request, member, shown, one, importing=form)


@require_POST
@page("promise.write")
def delete_calendar(request: HttpRequest, member: Member, calendar_id: int) -> HttpResponse:
    """Throw it away."""
    try:
        care.delete_calendar(calendar_id, by=member)
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return redirect("calendar", slug=member.workspace.slug, calendar_id=calendar_id)
    messages.success(request, "Thrown away.")
    return redirect("calendars", slug=member.workspace.slug)


@require_GET
@page("promise.read")
def calendar_place(request: HttpRequest, member: Member) -> HttpResponse:
    """The parts of a country and its public holidays, as somebody chooses them."""
    form = PlaceForm(request.GET)
    form.is_valid()
    chosen = {name: form.cleaned_data.get(name, "") for name in ("country", "subdivision")}
    draft = Calendar(zone=member.workspace.time_zone, **chosen)
    context = {"form": form, "days": _ahead(draft), "may_change": True}
    return render(request, "care/_calendar_place.html", context)


def _save(request: HttpRequest, member: Member, one: Calendar | None = None) -> HttpResponse:
    form = CalendarForm(request.POST)
    if form.is_valid():
        try:
            id_ = one.pk if one else None
            made = care.save_calendar(by=member, calendar_id=id_, **form.values())
        except Invalid as refusal:
            form.blame(refusal)
        else:
            messages.success(request, "Saved. Promises follow within a minute.")
            return redirect("calendar", slug=member.workspace.slug, calendar_id=made.pk)
    return _calendar(request, member, form, one)


def _calendar(
    request: HttpRequest,
    member: Member,
    form: CalendarForm,
    one: Calendar | None = None,
    importing: ImportForm | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "one": one,
        "importing": importing or ImportForm(),
        "may_change": member.may("promise.write"),
        "policies": list(one.policies.order_by("place")) if one else [],
        "days": _ahead(one) if one else {},
    }
    status = max(status_of(form), status_of(importing) if importing else 200)
    return render(request, "care/calendar.html", context, status=status)


def _ahead(one: Calendar) -> dict[Any, str]:
    """Days off within a year, from today over there."""
    today = clock.now().astimezone(ZoneInfo(one.zone)).date()
    return dict(holidays_of(one, today, today + AHEAD))
