"""Writing: drafts, checks as one types, sending, and who else is here."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from cornbread.care import actions as care
from cornbread.care import queries
from cornbread.care.forms import ComposerForm, new_key
from cornbread.care.showing.composer import Composer, ways_of
from cornbread.care.views.answers import done, tell
from cornbread.channels.domain.posts import Visibility
from cornbread.foundation.errors import Invalid, Stale
from cornbread.outbound.checking import count, findings
from cornbread.outbound.domain.checks import blocks
from cornbread.outbound.values import sign
from cornbread.team.access import page
from cornbread.team.models import Member


@require_POST
@page("conversation.read")
def reply(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """Send what was composed; a refusal stands beside the text, which stays."""
    form = ComposerForm(request.POST)
    one = queries.conversation(conversation_id, seen_by=member)
    ways, closed = ways_of(one, by=member)
    mode = request.POST.get("mode", "")
    shown = Composer(one, ways, mode, basis=one.last_entry_id, key=new_key(), closed=closed)
    kept = replace(
        shown,
        text=request.POST.get("text", ""),
        key=request.POST.get("key", "")[:80],
    )
    if not form.is_valid():
        error = "This could not be read. Choose how to answer, and try again."
        return _composer(request, replace(kept, error=error), 422)
    data = form.cleaned_data
    try:
        _say(one.pk, data, member)
    except Stale as refusal:
        answer = _composer(request, replace(kept, changed=refusal.message), 409)
        return tell(answer, one.pk)
    except Invalid as refusal:
        kept = replace(kept, basis=data["basis"])
        return _composer(request, replace(kept, error=_said(refusal)), 422)
    one = queries.conversation(one.pk, seen_by=member)
    fresh = replace(shown, one=one, basis=one.last_entry_id)
    if not request.headers.get("HX-Request"):
        return done(request, member, one.pk)
    # The thread shows it; only those who listen to the screen have to be told.
    events: dict[str, Any] = {
        "inbox:said": {"text": "Note added." if mode == "note" else "Your message is on its way."}
    }
    if data["then"] == "resolve":
        events["inbox:resolved"] = {"id": one.pk}
    return tell(_composer(request, fresh, 200), one.pk, **events)


def _say(conversation_id: int, data: dict[str, object], member: Member) -> None:
    text, resolve = str(data["text"]), data["then"] == "resolve"
    if data["mode"] == "note":
        care.note(conversation_id, text, by=member)
        care.discard_draft(conversation_id, by=member)
        if resolve:
            care.resolve(conversation_id, by=member)
        return
    care.reply(
        conversation_id,
        text,
        by=member,
        basis=int(str(data["basis"])),
        mode=Visibility(str(data["mode"])),
        resolve=resolve,
        idempotency_key=str(data["key"]),
        sign=True,
    )


def _said(refusal: Invalid) -> str:
    return refusal.fields.get("text") or refusal.message


def _composer(request: HttpRequest, shown: Composer, status: int) -> HttpResponse:
    return render(
        request, "care/_composer.html", {"composer": shown, "one": shown.one}, status=status
    )


@require_POST
@page("conversation.reply")
def draft(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """Keep what was typed so far."""
    form = ComposerForm(request.POST)
    if not form.is_valid():
        raise Invalid("This draft could not be kept. Copy it, and reload the page.")
    data = form.cleaned_data
    kept = care.save_draft(
        conversation_id, data["text"], by=member, mode=data["mode"], basis=data["basis"]
    )
    return HttpResponse("Draft saved" if kept else "", content_type="text/plain")


@require_POST
@page("conversation.read")
def checks(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """What there is to say about the text so far; links are tried only when asked for."""
    one = queries.conversation(conversation_id, seen_by=member)
    ways, _ = ways_of(one, by=member)
    mode, text = request.POST.get("mode", ""), request.POST.get("text", "")[:50_000]
    way = next((way for way in ways if way.mode == mode and way.channel), None)
    found, length, said = [], len(text), text
    if way is not None and way.channel is not None:
        text = sign(text, channel=way.channel.name, by=member)
        length = count(text, way.channel)
        if text.strip():
            found = findings(
                text,
                channel=way.channel,
                lang=way.lang,
                said=_said_so_far(one.pk, member),
                with_links=request.POST.get("links") == "1",
            )
    context = {
        "findings": found,
        "length": length,
        "blocked": blocks(found),
        "way": way,
        "signature": text.removeprefix(said.rstrip()).strip(),
    }
    return render(request, "care/_checks.html", context)


def _said_so_far(conversation_id: int, member: Member) -> str:
    one = queries.conversation(conversation_id, seen_by=member)
    rows = queries.entries(conversation_id, seen_by=member)
    words = [row.mention.text for row in rows if row.mention]
    return " ".join(
        [*words, str(one.person), one.identity.handle, str(member), member.workspace.name]
    )


@require_POST
@page("conversation.read")
def presence(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """The reader is here; answers who else is."""
    if request.POST.get("gone") == "1":
        care.look_away(conversation_id, by=member)
        return HttpResponse(status=204)
    care.look(conversation_id, by=member, writing=request.POST.get("writing") == "1")
    one = queries.conversation(conversation_id, seen_by=member)
    present = list(queries.present(one.pk, seen_by=member))
    return render(request, "care/_presence.html", {"present": present, "one": one})
