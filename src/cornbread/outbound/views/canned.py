"""Canned responses: their list, and writing one with a preview."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.foundation.forms import show_refusal, status_of
from cornbread.outbound import actions, queries
from cornbread.outbound.domain.canned import Candidate, ranked
from cornbread.outbound.domain.variables import VARIABLES, problems, with_variables
from cornbread.outbound.forms import CannedForm
from cornbread.outbound.models import CannedResponse
from cornbread.outbound.showing import previews, shown_kinds
from cornbread.outbound.values import values_in
from cornbread.team.access import page
from cornbread.team.models import Member


@require_safe
@page("canned.read")
def canned(request: HttpRequest, member: Member) -> HttpResponse:
    """All that the reader may use, or what was archived; searched as in the composer."""
    archived = request.GET.get("archived") == "1"
    search = request.GET.get("q", "").strip()[:100]
    found = list(queries.canned(seen_by=member, archived=archived))
    context = {
        "rows": [(one, shown_kinds(one)) for one in _searched(found, search)],
        "search": search,
        "archived": archived,
        "any": bool(found) or archived,
        "member": member,
        "may_write": member.may("canned.write"),
    }
    return render(request, "outbound/canned.html", context)


def _searched(found: list[CannedResponse], search: str) -> list[CannedResponse]:
    if not search:
        return found
    by_id = {one.pk: one for one in found}
    candidates = [
        Candidate(one.pk, one.shortcut, one.title, one.text, times=one.times_used) for one in found
    ]
    return [by_id[one.id] for one in ranked(search, candidates, lang="", now=clock.now())]


@require_http_methods(["GET", "HEAD", "POST"])
@page("canned.write")
def new_canned(request: HttpRequest, member: Member) -> HttpResponse:
    """Write one: from nothing, as a copy of another, or from a message that was sent."""
    if request.method == "POST":
        return _posted(request, member, None)
    return _editor(request, member, CannedForm(by=member, initial=_begun(request, member)), None)


def _begun(request: HttpRequest, member: Member) -> dict[str, Any]:
    like, delivery = _number(request, "like"), _number(request, "delivery")
    if like:
        one = queries.canned_response(like, seen_by=member)
        initial = CannedForm.initial_of(one)
        return initial | {"shortcut": f"{one.shortcut[:35]}-copy", "title": f"{one.title} (copy)"}
    if delivery:
        sent = queries.delivery(delivery, seen_by=member)
        text = with_variables(sent.text, values_in(sent, member))
        return {"text": text, "lang": sent.lang}
    return {}


def _number(request: HttpRequest, name: str) -> int:
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 19 else 0


@require_http_methods(["GET", "HEAD", "POST"])
@page("canned.write")
def edit_canned(request: HttpRequest, member: Member, response_id: int) -> HttpResponse:
    """Change one."""
    one = queries.canned_response(response_id, seen_by=member)
    if request.method == "POST":
        return _posted(request, member, one)
    form = CannedForm(by=member, initial=CannedForm.initial_of(one))
    return _editor(request, member, form, one)


def _posted(request: HttpRequest, member: Member, one: CannedResponse | None) -> HttpResponse:
    form = CannedForm(request.POST, by=member)
    if form.is_valid():
        try:
            saved = actions.save_canned(one.pk if one else None, form.written(), by=member)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Saved. Type /{saved.shortcut} while you answer.")
            return redirect("canned", slug=member.workspace.slug)
    return _editor(request, member, form, one)


def _editor(
    request: HttpRequest, member: Member, form: CannedForm, one: CannedResponse | None
) -> HttpResponse:
    text = str(form["text"].value() or "")
    context = {
        "form": form,
        "one": one,
        "member": member,
        "variables": [(f"{{{{ {name} }}}}", known.label) for name, known in VARIABLES.items()],
        **_previewed(text, member),
    }
    return render(request, "outbound/canned_editor.html", context, status=status_of(form))


def _previewed(text: str, member: Member) -> dict[str, Any]:
    return {"previews": previews(text, by=member), "problems": problems(text)}


@require_POST
@page("canned.write")
def preview(request: HttpRequest, member: Member) -> HttpResponse:
    """The text as customers would read it."""
    text = request.POST.get("text", "")[:20_000]
    return render(request, "outbound/_preview.html", _previewed(text, member))


@require_POST
@page("canned.write")
def archive(request: HttpRequest, member: Member, response_id: int) -> HttpResponse:
    """Put one away."""
    one = actions.archive_canned(response_id, by=member)
    messages.success(request, f"/{one.shortcut} is archived.")
    return redirect("canned", slug=member.workspace.slug)


@require_POST
@page("canned.write")
def bring_back(request: HttpRequest, member: Member, response_id: int) -> HttpResponse:
    """Offer one again."""
    one = actions.bring_canned_back(response_id, by=member)
    messages.success(request, f"/{one.shortcut} is offered again.")
    return redirect("canned", slug=member.workspace.slug)
