"""What the pages of earlier rooms show of care, and the way from a post into the inbox."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from cornbread.care import actions, queries
from cornbread.people import queries as people
from cornbread.team.access import page
from cornbread.team.models import Member

#: A person's page shows so many conversations; the inbox's search finds the others.
MOST = 50


@require_safe
@page("conversation.read")
def person_conversations(request: HttpRequest, member: Member, person_id: int) -> HttpResponse:
    """The conversations of a person that the reader may know of, for the person's page."""
    if member.may("person.read"):
        people.person(person_id, seen_by=member)
    found = list(queries.of_person(person_id, seen_by=member)[: MOST + 1])
    context = {"conversations": found[:MOST], "more": len(found) > MOST, "member": member}
    return render(request, "care/_of_person.html", context)


@require_POST
@page("conversation.status")
def open_from_mention(request: HttpRequest, member: Member, mention_id: int) -> HttpResponse:
    """Take a post from listening into the inbox and go there."""
    opened = actions.open_from_mention(mention_id, by=member)
    return redirect("conversation", slug=member.workspace.slug, conversation_id=opened.pk)
