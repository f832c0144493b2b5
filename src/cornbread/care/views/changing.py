"""Changes to a conversation: who has it, how it is labelled, where it stands, what happened."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from cornbread.care import actions as care
from cornbread.care import queries
from cornbread.care.domain.changes import Assign, HandOver, Pend, Reopen, Resolve, Snooze, Step
from cornbread.care.domain.timeline import EntryKind
from cornbread.care.following import context_of
from cornbread.care.forms import GestureForm, MemoryForm, SnoozeForm, TouchForm, snooze_choices
from cornbread.care.views.answers import done, undoable
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotFound
from cornbread.outbound import actions as outbound
from cornbread.outbound import queries as outbound_queries
from cornbread.team.access import page
from cornbread.team.models import Member


@require_POST
@page("conversation.assign")
def assign(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """Give it to a colleague or to a team; an empty value takes it back."""
    to = request.POST.get("to", "")
    number = int(to) if to.isdecimal() else None
    step = HandOver(number) if request.POST.get("kind") == "team" else Assign(number)
    made = care.change_one(step, conversation_id, by=member)
    return done(request, member, conversation_id, **undoable(made))


@require_POST
@page("conversation.label")
def label(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """Put a label on, or take it off."""
    change = care.unlabel if request.POST.get("off") else care.label
    change(conversation_id, request.POST.get("name", ""), by=member)
    return done(request, member, conversation_id)


@require_POST
@page("conversation.label")
def prioritise(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """Say how much it matters."""
    queries.conversation(conversation_id, seen_by=member)
    care.prioritise(conversation_id, request.POST.get("priority", ""), by=member)
    return done(request, member, conversation_id)


STATUS: dict[str, Step] = {"resolve": Resolve(), "reopen": Reopen(), "pending": Pend()}


@require_POST
@page("conversation.status")
def status(request: HttpRequest, member: Member, conversation_id: int, to: str) -> HttpResponse:
    """Resolve, reopen, or wait for the customer."""
    if to == "inbox":
        care.bring_in(conversation_id, by=member)
        return done(request, member, conversation_id, "Brought into the inbox.")
    if to not in STATUS:
        raise NotFound("There is no such status.")
    made = care.change_one(STATUS[to], conversation_id, by=member)
    finished: dict[str, Any] = (
        {"inbox:resolved": {"id": conversation_id}} if to == "resolve" else {}
    )
    return done(request, member, conversation_id, **undoable(made), **finished)


@require_POST
@page("conversation.status")
def snooze(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """Out of sight until a usual moment, or one of one's own in the workspace's time."""
    zone = ZoneInfo(member.workspace.time_zone)
    usual = {key: moment for key, _, moment in snooze_choices(clock.now(), zone)}
    until = usual.get(request.POST.get("usual", ""))
    form = SnoozeForm(request.POST, prefix="snooze")
    if until is None:
        if not form.is_valid():
            return _again(request, "care/_snooze_form.html", conversation_id, form, member)
        until = form.cleaned_data["until"].replace(tzinfo=zone)
    try:
        made = care.change_one(Snooze(until), conversation_id, by=member)
    except Invalid as refusal:
        form.is_valid()
        form.add_error("until", refusal.message)
        return _again(request, "care/_snooze_form.html", conversation_id, form, member)
    closed: dict[str, Any] = {"inbox:close": {}}
    return done(request, member, conversation_id, **undoable(made), **closed)


@require_POST
@page("conversation.touch")
def touch(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """Record a call, a visit, another channel."""
    one = queries.conversation(conversation_id, seen_by=member)
    form = TouchForm(request.POST, identities=list(queries.identities_of(one)))
    if form.is_valid():
        try:
            care.record_touch(conversation_id, by=member, **form.cleaned_data)
        except Invalid as refusal:
            _blame(form, refusal)
        else:
            return _finished(request, member, conversation_id, "Recorded.")
    return _again(request, "care/_touch_form.html", conversation_id, form, member)


@require_POST
@page("conversation.touch")
def gesture(
    request: HttpRequest, member: Member, conversation_id: int, memory_id: int
) -> HttpResponse:
    """Record that a memory was used."""
    one = queries.conversation(conversation_id, seen_by=member)
    memory = queries.memories_of(one).filter(pk=memory_id).first()
    if memory is None:
        raise NotFound("There is no such memory of this person, or it was forgotten.")
    form = GestureForm(request.POST, memory=memory)
    if form.is_valid():
        text = form.cleaned_data["text"]
        care.record_touch(one.pk, EntryKind.MEMORY_USED, by=member, text=text, memory_id=memory.pk)
        return _finished(request, member, one.pk, "Remembered, and recorded.")
    return _again(request, "care/_gesture_form.html", one.pk, form, member)


@require_POST
@page("person.write")
def remember(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """Write a memory down."""
    form = MemoryForm(request.POST, prefix="memory")
    if form.is_valid():
        text, expires_at = form.cleaned_data["text"], form.expires_at(clock.now())
        try:
            care.remember_from(conversation_id, text, by=member, expires_at=expires_at)
        except Invalid as refusal:
            _blame(form, refusal)
        else:
            return _finished(request, member, conversation_id, "Cornbread will remember.")
    return _again(request, "care/_memory_form.html", conversation_id, form, member)


@require_POST
@page("delivery.resolve")
def delivery(
    request: HttpRequest, member: Member, conversation_id: int, delivery_id: int, verb: str
) -> HttpResponse:
    """Try a stuck message again, say that it is there, or give it up."""
    one = queries.conversation(conversation_id, seen_by=member)
    found = outbound_queries.delivery(delivery_id, seen_by=member)
    if found.context != context_of(one.pk):
        raise NotFound("There is no such message in this conversation.")
    if verb == "retry":
        outbound.retry(found.pk, by=member)
        return done(request, member, one.pk, "Trying again.")
    if verb == "confirm":
        outbound.confirm_sent(found.pk, by=member)
        return done(request, member, one.pk, "Noted: the network has it.")
    if verb != "drop":
        raise NotFound("There is no such answer to a stuck message.")
    outbound.drop(found.pk, by=member)
    came_back = {"inbox:compose": {"id": one.pk}} if found.by_id == member.pk else {}
    return done(request, member, one.pk, "Not sent.", **came_back)


def _finished(
    request: HttpRequest, member: Member, conversation_id: int, words: str
) -> HttpResponse:
    return done(request, member, conversation_id, words, **{"inbox:close": {}})


def _blame(form: TouchForm | MemoryForm, refusal: Invalid) -> None:
    known = {name: text for name, text in refusal.fields.items() if name in form.fields}
    if not known:
        form.add_error(None, refusal.message)
    for name, text in known.items():
        form.add_error(name, text)


def _again(
    request: HttpRequest, template: str, conversation_id: int, form: object, member: Member
) -> HttpResponse:
    one = queries.conversation(conversation_id, seen_by=member)
    return render(request, template, {"form": form, "one": one, "member": member}, status=422)
