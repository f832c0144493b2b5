"""Macros: their list and editor, and running them in a conversation."""

import json
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cornbread.automation import actions, queries
from cornbread.automation.forms import Written
from cornbread.automation.models import Macro
from cornbread.automation.showing import Editor, macro_rows
from cornbread.automation.views.rules import seen_by
from cornbread.care import queries as care
from cornbread.foundation.errors import Invalid
from cornbread.team.access import page
from cornbread.team.models import Member


@require_safe
@page("macro.run")
def macros(request: HttpRequest, member: Member) -> HttpResponse:
    """All macros in words."""
    context = {"rows": macro_rows(seen_by=member), **seen_by(member)}
    return render(request, "automation/macros.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("automation.write")
def new_macro(request: HttpRequest, member: Member) -> HttpResponse:
    """Write a macro."""
    if request.method == "POST":
        return _posted(request, member, None)
    return _editor(request, member, Written(steps=[{"do": "add_label"}]), None)


@require_http_methods(["GET", "HEAD", "POST"])
@page("automation.write")
def edit_macro(request: HttpRequest, member: Member, macro_id: int) -> HttpResponse:
    """Change a macro."""
    macro = queries.macro(macro_id, seen_by=member)
    if request.method == "POST":
        return _posted(request, member, macro)
    return _editor(request, member, Written.of_macro(macro), macro)


def _posted(request: HttpRequest, member: Member, macro: Macro | None) -> HttpResponse:
    written = Written.read(request.POST)
    if written.press(request.POST.get("press", "save")):
        return _editor(request, member, written, macro)
    id_ = macro.pk if macro else None
    try:
        saved = actions.save_macro(id_, name=written.name, steps=written.steps, by=member)
    except Invalid as refusal:
        return _editor(request, member, written, macro, errors=refusal.fields)
    messages.success(request, f"Saved. Press x in a conversation to run “{saved.name}”.")
    return redirect("macros", slug=member.workspace.slug)


def _editor(
    request: HttpRequest,
    member: Member,
    written: Written,
    macro: Macro | None,
    *,
    errors: Mapping[str, str] | None = None,
) -> HttpResponse:
    editor = Editor(written, member, errors or {})
    context = {"editor": editor, "macro": macro, **seen_by(member)}
    return render(request, "automation/macro.html", context, status=422 if errors else 200)


@require_POST
@page("automation.write")
def macro_parts(request: HttpRequest, member: Member) -> HttpResponse:
    """The steps of the editor anew."""
    written = Written.read(request.POST)
    written.press(request.POST.get("press", "show"))
    context = {"editor": Editor(written, member, {}), "of_macro": True, **seen_by(member)}
    return render(request, "automation/_macro_parts.html", context)


@require_POST
@page("automation.write")
def delete_macro(request: HttpRequest, member: Member, macro_id: int) -> HttpResponse:
    """Delete a macro; what it did stays."""
    name = queries.macro(macro_id, seen_by=member).name
    actions.delete_macro(macro_id, by=member)
    messages.success(request, f"“{name}” was deleted.")
    return redirect("macros", slug=member.workspace.slug)


@require_safe
@page("macro.run")
def choices(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """The macros that can be run on a conversation, for its dialog."""
    one = care.conversation(conversation_id, seen_by=member)
    context = {"rows": macro_rows(seen_by=member), "one": one, **seen_by(member)}
    return render(request, "automation/_macro_choices.html", context)


@require_POST
@page("macro.run")
def run_macro(
    request: HttpRequest, member: Member, macro_id: int, conversation_id: int
) -> HttpResponse:
    """Run a macro on a conversation; the dialog says what was done and offers to take it back."""
    (run,) = actions.run_macro(macro_id, [conversation_id], by=member)
    if not request.headers.get("HX-Request"):
        slug = member.workspace.slug
        return redirect("conversation", slug=slug, conversation_id=run.conversation_id)
    response = render(request, "automation/_macro_done.html", {"run": run, **seen_by(member)})
    return _tell(response, run.conversation_id, drafted=_drafts(run.undo))


@require_POST
@page("macro.run")
def undo(request: HttpRequest, member: Member, run_id: int) -> HttpResponse:
    """Take back what was run together, as far as nobody changed it since."""
    runs = list(queries.runs(run_id, seen_by=member))
    kept = actions.undo(run_id, by=member)
    if not request.headers.get("HX-Request"):
        slug = member.workspace.slug
        return redirect("conversation", slug=slug, conversation_id=runs[0].conversation_id)
    context = {"kept": kept, "run": runs[0], **seen_by(member)}
    response = render(request, "automation/_macro_undone.html", context)
    return _tell(response, runs[0].conversation_id, drafted=_drafts(runs[0].undo))


def _drafts(undo: list[Mapping[str, object]]) -> bool:
    return any(one.get("undo") == "draft" for one in undo)


def _tell(response: HttpResponse, conversation_id: int, *, drafted: bool) -> HttpResponse:
    """Let the inbox take over what changed, the composer too where a draft was put."""
    told = {"inbox:changed": {"id": conversation_id}}
    if drafted:
        told["inbox:compose"] = {"id": conversation_id}
    response.headers["HX-Trigger"] = json.dumps(told)
    return response
