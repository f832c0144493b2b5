"""The list of rules, their editor with its dry run, and the log."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cornbread.automation import actions, queries
from cornbread.automation.forms import Written
from cornbread.automation.models import Rule
from cornbread.automation.showing import Editor, log_rows, rule_rows
from cornbread.automation.trying import try_out
from cornbread.foundation.errors import Invalid
from cornbread.team.access import page
from cornbread.team.api_access import decode_cursor, encode_cursor
from cornbread.team.models import Member

PAGE = 30


@require_safe
@page("automation.read")
def rules(request: HttpRequest, member: Member) -> HttpResponse:
    """All rules in words, with what they did in the last week."""
    context = {"rows": rule_rows(seen_by=member), **seen_by(member)}
    return render(request, "automation/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("automation.write")
def new_rule(request: HttpRequest, member: Member) -> HttpResponse:
    """Write a rule."""
    if request.method == "POST":
        return _posted(request, member, None)
    return _editor(request, member, Written.new(), None)


@require_http_methods(["GET", "HEAD", "POST"])
@page("automation.write")
def edit_rule(request: HttpRequest, member: Member, rule_id: int) -> HttpResponse:
    """Change a rule."""
    rule = queries.rule(rule_id, seen_by=member)
    if request.method == "POST":
        return _posted(request, member, rule)
    return _editor(request, member, Written.of(rule), rule)


def _posted(request: HttpRequest, member: Member, rule: Rule | None) -> HttpResponse:
    """Save; or, where scripts do not run, do what another button of the editor says."""
    written = Written.read(request.POST)
    button = request.POST.get("press", "save")
    if button == "try":
        return _editor(request, member, written, rule, trial=True)
    if written.press(button):
        return _editor(request, member, written, rule)
    try:
        saved = actions.save_rule(rule.pk if rule else None, written.rule(), by=member)
    except Invalid as refusal:
        return _editor(request, member, written, rule, errors=refusal.fields)
    messages.success(request, _saved(saved))
    return redirect("rules", slug=member.workspace.slug)


def _saved(rule: Rule) -> str:
    if rule.active:
        return f"Saved. “{rule.name}” runs with your rights from now on."
    return f"Saved. “{rule.name}” is off: switch it on when you are sure."


def _editor(
    request: HttpRequest,
    member: Member,
    written: Written,
    rule: Rule | None,
    *,
    errors: Mapping[str, str] | None = None,
    trial: bool = False,
) -> HttpResponse:
    context = {
        "editor": Editor(written, member, errors or {}),
        "rule": rule,
        **(_tried(written, member) if trial else {}),
        **seen_by(member),
    }
    return render(request, "automation/rule.html", context, status=422 if errors else 200)


@require_POST
@page("automation.write")
def rule_parts(request: HttpRequest, member: Member) -> HttpResponse:
    """The rows of the editor anew, after one of its buttons or another choice."""
    written = Written.read(request.POST)
    written.press(request.POST.get("press", "show"))
    context = {"editor": Editor(written, member, {}), **seen_by(member)}
    return render(request, "automation/_rule_parts.html", context)


@require_POST
@page("automation.write")
def try_rule(request: HttpRequest, member: Member) -> HttpResponse:
    """What the rule in the editor would have done in the last week."""
    written = Written.read(request.POST)
    context = {**_tried(written, member), **seen_by(member)}
    return render(request, "automation/_trial.html", context)


def _tried(written: Written, member: Member) -> dict[str, Any]:
    try:
        trial = try_out(written.triggers, written.wait_minutes, written.conditions, seen_by=member)
    except Invalid as refusal:
        return {"wrong": list(refusal.fields.values()) or [refusal.message]}
    return {"trial": trial}


@require_POST
@page("automation.write")
def switch_rule(request: HttpRequest, member: Member, rule_id: int) -> HttpResponse:
    """Let a rule run, or stop it, from the list."""
    actions.switch_rule(rule_id, on=request.POST.get("active") == "yes", by=member)
    if not request.headers.get("HX-Request"):
        return redirect("rules", slug=member.workspace.slug)
    row = next(one for one in rule_rows(seen_by=member) if one.rule.pk == rule_id)
    return render(request, "automation/_rule_row.html", {"row": row, **seen_by(member)})


@require_POST
@page("automation.write")
def delete_rule(request: HttpRequest, member: Member, rule_id: int) -> HttpResponse:
    """Delete a rule with its log."""
    name = queries.rule(rule_id, seen_by=member).name
    actions.delete_rule(rule_id, by=member)
    messages.success(request, f"“{name}” was deleted. What it did is still in the timelines.")
    return redirect("rules", slug=member.workspace.slug)


@require_safe
@page("automation.read")
def log(request: HttpRequest, member: Member) -> HttpResponse:
    """What fired, on what, why, and what came of it; newest first."""
    asked = request.GET.get("rule", "")
    rule = queries.rule(int(asked), seen_by=member) if _is_id(asked) else None
    place = decode_cursor(request.GET.get("before", ""), 1)
    found = queries.firings(
        seen_by=member,
        rule_id=rule.pk if rule else None,
        before=place[0] if place else None,
    )
    firings = list(found[: PAGE + 1])
    context = {
        "rows": log_rows(firings[:PAGE], seen_by=member),
        "rule": rule,
        "older": encode_cursor(firings[PAGE - 1].pk) if len(firings) > PAGE else "",
        "begun": place is None,
        **seen_by(member),
    }
    return render(request, "automation/log.html", context)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


def seen_by(member: Member) -> dict[str, Any]:
    """Who looks, and what the pages offer them."""
    return {"member": member, "may_write": member.may("automation.write")}
