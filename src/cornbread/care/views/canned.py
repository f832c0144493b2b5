"""Canned responses in the composer: the list while one types, and one filled in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from cornbread.care import canned, queries
from cornbread.outbound import actions as outbound
from cornbread.outbound.domain.variables import filled
from cornbread.team.access import page
from cornbread.team.models import Member


@require_safe
@page("canned.read")
def choices(request: HttpRequest, member: Member, conversation_id: int) -> HttpResponse:
    """What fits the letters after the slash."""
    one = queries.conversation(conversation_id, seen_by=member)
    values = canned.values_of(one, by=member)
    offered = canned.offered(one, request.GET.get("q", "")[:100], by=member)
    found = [(response, filled(response.text, values)) for response in offered]
    return render(request, "care/_canned.html", {"found": found, "one": one, "member": member})


@require_POST
@page("canned.read")
def put_in(
    request: HttpRequest, member: Member, conversation_id: int, response_id: int
) -> HttpResponse:
    """The text for this customer, to be put where the slash stood; counted as used."""
    _, text = canned.rendered(conversation_id, response_id, by=member)
    outbound.use_canned(response_id, by=member)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
