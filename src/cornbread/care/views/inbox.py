"""The inbox page, its list, and one conversation in it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from cornbread.care import queries
from cornbread.care.forms import View
from cornbread.care.models import Conversation
from cornbread.care.showing.dialogs import Dialogs
from cornbread.care.showing.hits import page_of_hits
from cornbread.care.showing.pane import composer_of, pane
from cornbread.care.showing.rows import (
    MOST,
    PAGE,
    Rows,
    choices,
    folders,
    page_of_rows,
    rows_among,
)
from cornbread.team.access import page
from cornbread.team.models import Member


@require_GET
@page("conversation.read")
def home(request: HttpRequest, member: Member) -> HttpResponse:
    """A workspace opens with its inbox."""
    return redirect("inbox", slug=member.workspace.slug)


@require_GET
@page("conversation.read")
def inbox(request: HttpRequest, member: Member) -> HttpResponse:
    """The whole inbox; to htmx the list only."""
    view = View.read(request.GET)
    context = _list(view, member)
    if request.headers.get("HX-Target") == "in-list":
        return render(request, "care/_list.html", context)
    if request.headers.get("HX-Target") == "in-rows":
        return render(request, "care/_rows.html", context)
    return render(request, "care/inbox.html", context)


@require_GET
@page("conversation.read")
def rows(request: HttpRequest, member: Member) -> HttpResponse:
    """More rows, rows shown anew, or only those that were said to have changed."""
    view = View.read(request.GET)
    only = [int(id_) for id_ in request.GET.get("only", "").split(",") if id_.isdecimal()]
    if only:
        found = rows_among(view, only, seen_by=member)
    else:
        asked = request.GET.get("size", "")
        size = min(max(int(asked), PAGE), MOST) if asked.isdecimal() else PAGE
        found = page_of_rows(view, seen_by=member, size=size)
    context = {"view": view, "found": found, "member": member}
    if view.place is None:
        context["folders"] = folders(seen_by=member)
    return render(request, "care/_more.html", context)


@require_GET
@page("conversation.read")
def hits(request: HttpRequest, member: Member) -> HttpResponse:
    """More of the messages that fit what is searched for."""
    view = View.read(request.GET)
    context = {"view": view, "hits": page_of_hits(view, seen_by=member), "member": member}
    return render(request, "care/_more_hits.html", context)


@require_GET
@page("conversation.read")
def conversation(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """One conversation: beside the list on a full page, by itself to htmx."""
    one = queries.conversation(conversation_id, seen_by=member)
    view = View.read(request.GET)
    if one.pk != conversation_id:
        return redirect("conversation", slug=member.workspace.slug, conversation_id=one.pk)
    context = _open(one, member) | {"view": view}
    if request.headers.get("HX-Target") == "in-open":
        return render(request, "care/_open.html", context)
    return render(request, "care/inbox.html", _list(view, member) | context)


@require_GET
@page("conversation.read")
def fresh(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """The parts of an open conversation that change, for the page to take over."""
    one = queries.conversation(conversation_id, seen_by=member)
    context = _open(one, member) | {"view": View.read(request.GET)}
    return render(request, "care/_fresh.html", context)


@require_GET
@page("conversation.read")
def compose(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """The composer anew, e.g. when a message came back as a draft."""
    one = queries.conversation(conversation_id, seen_by=member)
    return render(request, "care/_composer.html", _open(one, member))


def _open(one: Conversation, member: Member) -> dict[str, Any]:
    shown = pane(one, seen_by=member)
    return {
        "member": member,
        "open": shown,
        "one": one,
        "composer": composer_of(shown, by=member),
        "dialogs": Dialogs(shown, member),
    }


def _list(view: View, member: Member) -> dict[str, Any]:
    found: Rows = page_of_rows(view, seen_by=member)
    return {
        "member": member,
        "view": view,
        "found": found,
        "hits": page_of_hits(view, seen_by=member) if view.search else None,
        "folders": folders(seen_by=member),
        "choices": choices(seen_by=member),
    }
