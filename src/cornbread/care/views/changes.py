"""Steps on many conversations at once, what became of them, and taking them back."""

import json
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from cornbread.care import actions as care
from cornbread.care import picking
from cornbread.care.actions.changes import MOST
from cornbread.care.domain.changes import Step, step_of
from cornbread.care.forms import View, snooze_choices
from cornbread.care.models import Change
from cornbread.care.showing.changes import report
from cornbread.foundation import clock
from cornbread.team.access import page
from cornbread.team.models import Member


@require_GET
@page("conversation.read")
def matching(request: HttpRequest, member: Member) -> HttpResponse:
    """How many conversations the list holds in all, so that a person can agree to that number."""
    view = View.read(request.GET)
    number = len(picking.matching_ids(view.filters, seen_by=member, limit=MOST + 1))
    return JsonResponse({"number": number, "most": MOST})


@require_POST
@page("conversation.status")
def change(request: HttpRequest, member: Member) -> HttpResponse:
    """Do a step to the chosen conversations, or to all that the list holds."""
    step = _step(request.POST.get("step", ""), member)
    expected = request.POST.get("expected", "")
    if expected.isdecimal():
        view = View.read(QueryDict(request.POST.get("query", "").removeprefix("?")))
        made = care.change_matching(step, view.filters, expected=int(expected), by=member)
    else:
        chosen = request.POST.get("ids", "").split(",")
        ids = [int(id_) for id_ in chosen if id_.isdecimal() and len(id_) < 18]
        made = care.change_many(step, ids, by=member)
    return _shown(request, member, made)


@require_GET
@page("conversation.status")
def changed(request: HttpRequest, member: Member, change_id: int) -> HttpResponse:
    """What became of a change so far."""
    return _shown(request, member, picking.change(change_id, seen_by=member))


@require_POST
@page("conversation.status")
def undo(request: HttpRequest, member: Member, change_id: int) -> HttpResponse:
    """Take a change back."""
    return _shown(request, member, care.undo(change_id, by=member))


def _step(said: str, member: Member) -> Step:
    """The step that a button names: what to do, and after a space with what."""
    do, _, what = said.partition(" ")
    values: dict[str, object] = {"do": do, "to": what or None, "name": what}
    if do == "snooze":
        zone = ZoneInfo(member.workspace.time_zone)
        moments = {key: moment for key, _, moment in snooze_choices(clock.now(), zone)}
        values["until"] = moments.get(what)
    return step_of(values)


def _shown(request: HttpRequest, member: Member, made: Change) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect("inbox", slug=member.workspace.slug)
    answer = render(request, "care/_change.html", {"told": report(made, seen_by=member)})
    answer.headers["HX-Trigger-After-Settle"] = json.dumps({"inbox:changes": {"id": made.pk}})
    return answer
