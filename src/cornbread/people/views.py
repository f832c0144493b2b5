"""The pages of people: the list, and one person with accounts, memories and conversations."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotFound
from cornbread.foundation.forms import show_refusal
from cornbread.people import actions, queries
from cornbread.people.domain.memories import age_in_days, ripe, ripe_in_days
from cornbread.people.forms import LinkForm, MemoryForm, NameForm
from cornbread.people.models import Memory
from cornbread.team.access import page
from cornbread.team.models import Member

PAGE = 50
#: Of the accounts of somebody, so many are shown in the list.
ACCOUNTS = 3


@dataclass(frozen=True)
class Remembered:
    """A memory with its age in days, and in how many it is old enough for level 7."""

    one: Memory
    age: int
    ripe: bool
    ripe_in: int


@require_safe
@page("person.read")
def people(request: HttpRequest, member: Member) -> HttpResponse:
    """Everybody the brand has met, newest first; to htmx only the rows that were asked for."""
    search = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:100]
    found = queries.people(seen_by=member, search=search)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    rows_only = request.headers.get("HX-Target") == "people-more"
    context: dict[str, Any] = {
        "people": rows[:PAGE],
        "search": search,
        "member": member,
        "accounts": ACCOUNTS,
        "appended": rows_only,
    }
    if len(rows) > PAGE:
        asked: dict[str, str | int] = {"q": search, "before": rows[PAGE - 1].pk}
        context["more_address"] = f"{request.path}?{urlencode(asked)}"
    template = "people/_people_rows.html" if rows_only else "people/people.html"
    return render(request, template, context)


@require_safe
@page("person.read")
def person(request: HttpRequest, member: Member, person_id: int) -> HttpResponse:
    """One person."""
    return _show(request, member, person_id)


@require_POST
@page("person.write")
def rename(request: HttpRequest, member: Member, person_id: int) -> HttpResponse:
    """Call a person by the name they go by."""
    form = NameForm(request.POST, prefix="name")
    if form.is_valid():
        try:
            actions.rename(person_id, form.cleaned_data["name"], by=member)
        except Invalid as refusal:
            show_refusal(form, refusal)
    return _answer(request, member, person_id, form, "The name was changed.")


@require_POST
@page("person.write")
def link(request: HttpRequest, member: Member, person_id: int) -> HttpResponse:
    """Note an account, address or number that is theirs."""
    form = LinkForm(request.POST, prefix="link")
    if form.is_valid():
        try:
            actions.link(person_id, by=member, **form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
    return _answer(request, member, person_id, form, "Linked.")


@require_POST
@page("person.write")
def remember(request: HttpRequest, member: Member, person_id: int) -> HttpResponse:
    """Remember something about a person."""
    form = MemoryForm(request.POST, prefix="memory")
    if form.is_valid():
        try:
            values = form.values(clock.now(), ZoneInfo(member.workspace.time_zone))
            actions.remember(person_id, by=member, **values)
        except Invalid as refusal:
            show_refusal(form, refusal)
    return _answer(request, member, person_id, form, "Remembered.")


@require_POST
@page("person.write")
def forget(request: HttpRequest, member: Member, person_id: int, memory_id: int) -> HttpResponse:
    """Erase a memory."""
    if queries.memory(memory_id, seen_by=member).person_id != person_id:
        raise NotFound("There is no such memory, or it was forgotten.")
    actions.forget(memory_id, by=member)
    messages.success(request, "Forgotten.")
    return redirect("person", slug=member.workspace.slug, person_id=person_id)


def _answer(
    request: HttpRequest, member: Member, person_id: int, form: forms.Form, done: str
) -> HttpResponse:
    """The page again: with what was put in while something is wrong with it."""
    if form.errors:
        return _show(request, member, person_id, form)
    messages.success(request, done)
    return redirect("person", slug=member.workspace.slug, person_id=person_id)


def _show(
    request: HttpRequest, member: Member, person_id: int, form: forms.Form | None = None
) -> HttpResponse:
    one = queries.person(person_id, seen_by=member)
    context: dict[str, Any] = {
        "person": one,
        "identities": queries.identities_of(one),
        "memories": [_aged(memory) for memory in queries.memories(person_id, seen_by=member)],
        "member": member,
        "may_write": member.may("person.write"),
        "may_read_conversations": member.may("conversation.read"),
        "name_form": NameForm(prefix="name", initial={"name": one.name}),
        "link_form": LinkForm(prefix="link"),
        "memory_form": MemoryForm(prefix="memory"),
    }
    if form is not None:
        context[f"{form.prefix}_form"] = form
    status = 422 if form is not None else 200
    return render(request, "people/person.html", context, status=status)


def _aged(memory: Memory) -> Remembered:
    now, since = clock.now(), memory.learned_at
    return Remembered(memory, age_in_days(since, now), ripe(since, now), ripe_in_days(since, now))
