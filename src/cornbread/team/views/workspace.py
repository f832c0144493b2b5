"""The brand's settings, and the log of changes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from cornbread.foundation.errors import Invalid
from cornbread.foundation.forms import show_refusal, status_of
from cornbread.team import actions, queries
from cornbread.team.access import page
from cornbread.team.domain.durations import in_words
from cornbread.team.forms import WorkspaceForm
from cornbread.team.models import Member

#: Which input shows what the action says about a threshold.
INPUTS = {"quick_s": "quick_number", "slow_s": "slow_number", "late_s": "late_number"}


@require_GET
@page("conversation.read")
def settings(request: HttpRequest, member: Member) -> HttpResponse:
    """Name, time zone and clocks: to change for some, to know for all."""
    form = WorkspaceForm(initial=WorkspaceForm.initial_of(member.workspace))
    return _settings(request, member, form)


@require_POST
@page("workspace.write")
def change(request: HttpRequest, member: Member) -> HttpResponse:
    """Save the settings; levels are worked out anew when a threshold changed."""
    form = WorkspaceForm(request.POST)
    if form.is_valid():
        try:
            actions.change_workspace(by=member, **form.values())
        except Invalid as refusal:
            refusal.fields = {INPUTS.get(name, name): text for name, text in refusal.fields.items()}
            show_refusal(form, refusal)
        else:
            messages.success(request, "Saved. Levels follow within a minute.")
            return redirect("settings", slug=member.workspace.slug)
    return _settings(request, member, form)


def _settings(request: HttpRequest, member: Member, form: WorkspaceForm) -> HttpResponse:
    workspace = member.workspace
    context = {
        "form": form,
        "workspace": workspace,
        "may_change": member.may("workspace.write"),
        "quick": in_words(workspace.quick_s),
        "slow": in_words(workspace.slow_s),
        "late": in_words(workspace.late_s),
    }
    return render(request, "team/settings.html", context, status=status_of(form))


@require_GET
@page("member.read")
def audit(request: HttpRequest, member: Member) -> HttpResponse:
    """Who changed what, newest first."""
    found = queries.audit_page(
        seen_by=member,
        before=_number(request.GET.get("before")),
        after=_number(request.GET.get("after")),
    )
    names = {one.pk: str(one.user) for one in queries.members(seen_by=member)}
    rows = [
        (entry, _subject(entry.subject, names), _words(entry.verb), _details(entry.details))
        for entry in found.entries
    ]
    return render(request, "team/audit.html", {"rows": rows, "found": found})


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


def _words(verb: str) -> str:
    """ "channel.connected" as "Channel connected"."""
    return verb.replace(".", " ").replace("_", " ").capitalize()


def _subject(subject: str, names: dict[int, str]) -> str:
    kind, _, number = subject.partition(":")
    if kind == "member" and number.isdecimal():
        return names.get(int(number), f"member {number}")
    return f"{kind} {number}".strip()


def _details(details: dict[str, Any]) -> str:
    parts = []
    for name, value in details.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        if isinstance(value, bool):
            shown = "yes" if value else "no"
        parts.append(f"{name.replace('_', ' ')}: {shown}")
    return "; ".join(parts)
