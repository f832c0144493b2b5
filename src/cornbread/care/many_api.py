"""Steps on many conversations in the API."""

from django.http import HttpRequest
from ninja import Router, Status

from cornbread.care import actions, picking
from cornbread.care.domain.changes import step_of
from cornbread.care.many_schemas import ChangeIn, ChangeOut
from cornbread.team.api_access import Scoped, reader
from cornbread.team.schemas import Id

router = Router(tags=["care"])
READ, WRITE = Scoped("conversations:read"), Scoped("conversations:write")


@router.post("/changes", auth=WRITE, response={202: ChangeOut})
def change_conversations(request: HttpRequest, payload: ChangeIn) -> Status[ChangeOut]:
    """Do one step to many conversations.

    Up to 50 are done when the answer comes; more are done in the background: ask again until
    `state` is `done`. What is so already, or refused, is counted apart and stops nothing.
    """
    by = reader(request)
    values = payload.dict(exclude={"conversation_ids"})
    made = actions.change_many(step_of(values), payload.conversation_ids, by=by)
    return Status(202, ChangeOut.of(made, seen_by=by))


@router.get("/changes/{change_id}", auth=READ, response=ChangeOut)
def change(request: HttpRequest, change_id: Id) -> ChangeOut:
    """What became of a change of one's own; kept for a day."""
    by = reader(request)
    return ChangeOut.of(picking.change(change_id, seen_by=by), seen_by=by)


@router.post("/changes/{change_id}/undo", auth=WRITE, response={202: ChangeOut})
def undo_change(request: HttpRequest, change_id: Id) -> Status[ChangeOut]:
    """Take a change back, within 30 seconds, where nobody has touched the same since."""
    by = reader(request)
    return Status(202, ChangeOut.of(actions.undo(change_id, by=by), seen_by=by))
