"""How the inbox answers a change: the page is told what changed and fetches it itself."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from cornbread.care.models import Change
from cornbread.team.models import Member


def done(
    request: HttpRequest, member: Member, conversation_id: int, text: str = "", **events: Any
) -> HttpResponse:
    """Nothing to swap: the page hears of the change by event; without htmx it opens again."""
    if not request.headers.get("HX-Request"):
        return redirect("conversation", slug=member.workspace.slug, conversation_id=conversation_id)
    return tell(HttpResponse(status=204), conversation_id, text, **events)


def tell(
    response: HttpResponse, conversation_id: int, text: str = "", **events: Any
) -> HttpResponse:
    """Let the page refresh the conversation, and show a notice if there is one."""
    told: dict[str, Any] = {"inbox:changed": {"id": conversation_id}, **events}
    if text:
        told["toast"] = {"text": text, "kind": "success"}
    response.headers["HX-Trigger"] = json.dumps(told)
    return response


def undoable(made: Change) -> dict[str, Any]:
    """Lets the page show the bar that says what was done and takes it back."""
    url = reverse("inbox-changed", args=[made.workspace.slug, made.pk])
    return {"inbox:change": {"url": url}}
