"""A canned response in the API, filled in for one conversation."""

from django.http import HttpRequest
from ninja import Router

from cornbread.care import canned
from cornbread.outbound.domain.placeholders import find_placeholders
from cornbread.outbound.schemas import RenderedOut
from cornbread.team.api_access import Scoped, reader
from cornbread.team.schemas import Id

router = Router(tags=["outbound"])


@router.get(
    "/conversations/{conversation_id}/canned-responses/{response_id}",
    auth=Scoped("conversations:read", "canned:read"),
    response=RenderedOut,
)
def render_canned_response(
    request: HttpRequest, conversation_id: Id, response_id: Id
) -> RenderedOut:
    """The text for this conversation's customer; nothing is sent, nothing counted."""
    _, text = canned.rendered(conversation_id, response_id, by=reader(request))
    gaps = [text[one.start : one.end] for one in find_placeholders(text)]
    return RenderedOut(text=text, gaps=gaps)
