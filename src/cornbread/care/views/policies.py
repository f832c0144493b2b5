"""Promises: the policies of a workspace, and what was broken of late."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cornbread.care import actions as care
from cornbread.care import pledges, queries
from cornbread.care.models import SlaPolicy
from cornbread.care.policy_forms import GOALS, PolicyForm
from cornbread.care.showing.promises import TARGETS, goal_words, whom
from cornbread.channels import queries as channels
from cornbread.channels.models import Channel
from cornbread.foundation.errors import Invalid
from cornbread.foundation.forms import status_of
from cornbread.team.access import page
from cornbread.team.models import Member

#: Broken promises on the page; the API lists all.
LATEST = 20


@require_GET
@page("promise.read")
def policies(request: HttpRequest, member: Member) -> HttpResponse:
    """All policies in the order in which they are asked, and what was broken last."""
    found = [
        {"one": one, "goals": goal_words(one), "whom": whom(one)}
        for one in pledges.policies(seen_by=member)
    ]
    breaches = [
        {"one": one, "target": TARGETS[one.target]}
        for one in pledges.breaches(seen_by=member)[:LATEST]
    ]
    context = {
        "policies": found,
        "breaches": breaches,
        "calendars": pledges.calendars(seen_by=member).count(),
        "may_change": member.may("promise.write"),
    }
    return render(request, "care/policies.html", context)


@require_http_methods(["GET", "POST"])
@page("promise.write")
def new_policy(request: HttpRequest, member: Member) -> HttpResponse:
    """Promise something."""
    if request.method == "POST":
        return _save(request, member)
    business = pledges.calendars(seen_by=member).first()
    initial: dict[str, Any] = {f"{target}_unit": "hours" for target in GOALS}
    if business is not None:
        initial |= {f"{target}_hours": "business" for target in GOALS} | {"calendar": business.pk}
    return _policy(request, member, _form(member, initial=initial))


@require_GET
@page("promise.read")
def policy(request: HttpRequest, member: Member, policy_id: int) -> HttpResponse:
    """One policy."""
    one = pledges.policy(policy_id, seen_by=member)
    return _policy(request, member, _form(member, initial=PolicyForm.initial_of(one)), one)


@require_POST
@page("promise.write")
def change_policy(request: HttpRequest, member: Member, policy_id: int) -> HttpResponse:
    """Save what is promised."""
    return _save(request, member, pledges.policy(policy_id, seen_by=member))


@require_POST
@page("promise.write")
def move_policy(request: HttpRequest, member: Member, policy_id: int) -> HttpResponse:
    """Let it be asked earlier, or later."""
    care.move_policy(policy_id, earlier=bool(request.POST.get("earlier")), by=member)
    return redirect("policies", slug=member.workspace.slug)


@require_POST
@page("promise.write")
def delete_policy(request: HttpRequest, member: Member, policy_id: int) -> HttpResponse:
    """Promise it no longer."""
    care.delete_policy(policy_id, by=member)
    messages.success(request, "Promised no longer. What was broken stays recorded.")
    return redirect("policies", slug=member.workspace.slug)


def _form(
    member: Member, data: Mapping[str, Any] | None = None, initial: dict[str, Any] | None = None
) -> PolicyForm:
    calendars = pledges.calendars(seen_by=member).values_list("pk", "name")
    known = channels.channels(seen_by=member).exclude(state=Channel.State.REMOVED)
    labels = queries.labels(seen_by=member).values_list("pk", "name")
    return PolicyForm(
        data,
        initial=initial,
        calendars=list(calendars),
        channels=[(one.pk, one.name) for one in known],
        labels=list(labels),
    )


def _save(request: HttpRequest, member: Member, one: SlaPolicy | None = None) -> HttpResponse:
    form = _form(member, request.POST)
    if form.is_valid():
        try:
            care.save_policy(form.terms(), by=member, policy_id=one.pk if one else None)
        except Invalid as refusal:
            form.blame(refusal)
        else:
            messages.success(request, "Saved. Conversations follow within a minute.")
            return redirect("policies", slug=member.workspace.slug)
    return _policy(request, member, form, one)


def _policy(
    request: HttpRequest, member: Member, form: PolicyForm, one: SlaPolicy | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "one": one, "may_change": member.may("promise.write")}
    if one is not None:
        context |= {"goals": goal_words(one), "whom": whom(one)}
    return render(request, "care/policy.html", context, status=status_of(form))
