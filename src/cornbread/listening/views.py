"""The pages of listening: watches, their editor with its live preview, and the stream."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cornbread.foundation.errors import Invalid
from cornbread.foundation.forms import show_refusal
from cornbread.listening import actions, queries
from cornbread.listening.advising import advice_on
from cornbread.listening.domain.marking import pieces
from cornbread.listening.domain.query import QueryError
from cornbread.listening.domain.query.colouring import patterns
from cornbread.listening.forms import StreamView, WatchForm, search_of
from cornbread.listening.helping import CHEAT_SHEET
from cornbread.listening.models import Watch
from cornbread.listening.previewing import preview as previewed
from cornbread.listening.showing import (
    Stream,
    examples_of,
    new_in_stream,
    page_of_stream,
    page_of_watches,
    page_of_wave,
)
from cornbread.team.access import page
from cornbread.team.models import Member


@require_safe
@page("watch.read")
def watches(request: HttpRequest, member: Member) -> HttpResponse:
    """All watches; to htmx only the rows that were asked for."""
    search, after = search_of(request.GET), request.GET.get("after", "")
    place = (request.GET.get("state", "on"), after) if after else None
    found = page_of_watches(seen_by=member, search=search, after=place)
    context = {"found": found, "search": search, **_seen_by(member)}
    if found.more:
        state, name = found.more
        asked = urlencode({"q": search, "state": state, "after": name})
        context["more_address"] = f"{request.path}?{asked}"
    rows_only = request.headers.get("HX-Target") == "watch-more"
    template = "listening/_watch_rows.html" if rows_only else "listening/watches.html"
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("watch.write")
def new_watch(request: HttpRequest, member: Member) -> HttpResponse:
    """Listen for something new."""
    if request.method == "POST":
        return _save(request, member, None)
    return _editor(request, member, None, WatchForm(initial={"query": request.GET.get("q", "")}))


@require_http_methods(["GET", "HEAD", "POST"])
@page("watch.write")
def edit_watch(request: HttpRequest, member: Member, watch_id: int) -> HttpResponse:
    """Change what is listened for."""
    watch = queries.watch(watch_id, seen_by=member)
    if request.method == "POST":
        return _save(request, member, watch)
    return _editor(request, member, watch, WatchForm.of(watch))


def _save(request: HttpRequest, member: Member, watch: Watch | None) -> HttpResponse:
    form = WatchForm(request.POST)
    if form.is_valid():
        try:
            saved = actions.save_watch(watch.pk if watch else None, by=member, **form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Saved. Listening for “{saved.name}”.")
            return redirect("watches", slug=member.workspace.slug)
    return _editor(request, member, watch, form)


def _editor(
    request: HttpRequest, member: Member, watch: Watch | None, form: WatchForm
) -> HttpResponse:
    query = str(form["query"].value() or "")
    context = {
        "form": form,
        "watch": watch,
        "cheat_sheet": CHEAT_SHEET,
        "patterns": patterns(),
        **_tried(query, member),
        **_seen_by(member),
    }
    status = 422 if form.errors else 200
    return render(request, "listening/editor.html", context, status=status)


@require_POST
@page("watch.read")
def preview(request: HttpRequest, member: Member) -> HttpResponse:
    """What a query would have caught, or where it is wrong; asked while somebody types."""
    tried = _tried(request.POST.get("query", ""), member)
    return render(request, "listening/_preview.html", {**tried, **_seen_by(member)})


def _tried(query: str, member: Member) -> dict[str, Any]:
    """The query with its preview or its mistake; nothing for an empty one."""
    if not query.strip():
        return {}
    try:
        found = previewed(query, seen_by=member)
    except QueryError as wrong:
        span = (wrong.position, wrong.position + max(wrong.length, 1))
        # What is missing at the end is pointed at behind the last character.
        shown = query if span[0] < len(query) else f"{query}␣"
        return {"wrong": wrong, "faulty": pieces(shown, [span])}
    advice = advice_on(query, found)
    return {"found": found, "advice": advice, "examples": examples_of(found)}


@require_POST
@page("watch.write")
def switch_watch(request: HttpRequest, member: Member, watch_id: int) -> HttpResponse:
    """Begin or stop listening, from the list."""
    actions.switch_watch(watch_id, active=request.POST.get("active") == "yes", by=member)
    if not request.headers.get("HX-Request"):
        return redirect("watches", slug=member.workspace.slug)
    watch = queries.watch_list(seen_by=member).get(pk=watch_id)
    return render(request, "listening/_watch_row.html", {"watch": watch, **_seen_by(member)})


@require_POST
@page("watch.write")
def delete_watch(request: HttpRequest, member: Member, watch_id: int) -> HttpResponse:
    """Stop listening for good; what was caught stays."""
    name = queries.watch(watch_id, seen_by=member).name
    actions.delete_watch(watch_id, by=member)
    messages.success(request, f"“{name}” was deleted. What it caught is still here.")
    return redirect("watches", slug=member.workspace.slug)


@require_safe
@page("watch.read")
def stream(request: HttpRequest, member: Member) -> HttpResponse:
    """Public posts that watches caught, newest first; to htmx only the next ones."""
    view = StreamView.read(request.GET)
    context = _stream_context(member, view, page_of_stream(view, seen_by=member))
    if request.headers.get("HX-Target") == "stream-more":
        context["appended"] = True
        return render(request, "listening/_stream_rows.html", context)
    context["chosen"] = queries.watch(view.watch_id, seen_by=member) if view.watch_id else None
    context["watches"] = queries.watches(seen_by=member)
    return render(request, "listening/stream.html", context)


@require_safe
@page("watch.read")
def stream_new(request: HttpRequest, member: Member) -> HttpResponse:
    """What was heard since the page was made; nothing to swap while nothing was."""
    view = StreamView.read(request.GET)
    found = new_in_stream(view, seen_by=member)
    if not found.rows:
        return HttpResponse(status=204)
    context = _stream_context(member, view, found)
    return render(request, "listening/_stream_new.html", {**context, "arriving": True})


@require_safe
@page("watch.read")
def wave(request: HttpRequest, member: Member, wave_id: int) -> HttpResponse:
    """Posts that are alike: who wrote them, and when; to htmx only the next ones."""
    one = queries.wave(wave_id, seen_by=member)
    rows, more = page_of_wave(one.pk, StreamView.read(request.GET).place, seen_by=member)
    here = reverse("wave", kwargs={"slug": member.workspace.slug, "wave_id": one.pk})
    context = {
        "wave": one,
        "found": Stream(rows, more),
        "more_address": f"{here}?before={more}",
        "within_wave": True,
        **_seen_by(member),
    }
    if request.headers.get("HX-Target") == "stream-more":
        return render(request, "listening/_stream_rows.html", {**context, "appended": True})
    return render(request, "listening/wave.html", context)


def _stream_context(member: Member, view: StreamView, found: Stream) -> dict[str, Any]:
    slug = member.workspace.slug
    here = reverse("stream", kwargs={"slug": slug})
    fresh = reverse("stream-new", kwargs={"slug": slug})
    return {
        "view": view,
        "found": found,
        "all_address": here + view.address(),
        "copies_address": here + replace(view, folded=not view.folded, place=None).address(),
        "more_address": here + view.address(before=found.more),
        "new_address": fresh + view.address(since=found.since),
        **_seen_by(member),
    }


def _seen_by(member: Member) -> dict[str, Any]:
    """Who looks, and what the pages offer them."""
    may = {
        "write": member.may("watch.write"),
        "take": member.may("conversation.status"),
        "people": member.may("person.read"),
    }
    return {"member": member, "may": may}
