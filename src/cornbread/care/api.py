"""Conversations in the API."""

from datetime import UTC, datetime

import msgspec
from django.http import HttpRequest
from ninja import Router, Status
from ninja.params.functions import Header, Query

from cornbread.care import actions, queries
from cornbread.care.measuring import level_of
from cornbread.care.queries import Filters
from cornbread.care.schemas import (
    AssignIn,
    ConversationOut,
    ConversationsPage,
    EntryOut,
    GestureIn,
    GestureOut,
    HandIn,
    LabelIn,
    LabelOut,
    LevelOut,
    LiftOut,
    NoteIn,
    ReplyIn,
    SnoozeIn,
    TouchIn,
)
from cornbread.outbound.schemas import DeliveryOut
from cornbread.team.api_access import MOST, Scoped, decode_cursor, page_of, reader

router = Router(tags=["care"])
READ, WRITE = Scoped("conversations:read"), Scoped("conversations:write")


@router.get("/conversations", auth=READ, response=ConversationsPage)
def conversations(
    request: HttpRequest,
    status: str = Query("all", pattern="^(all|open|pending|snoozed|resolved)$"),
    assignee: str = Query("", description="me, none, or a member's id"),
    label: str = "",
    channel: int | None = None,
    person: int | None = None,
    level: int | None = None,
    search: str = "",
    cursor: str = "",
    limit: int = Query(50, ge=1, le=MOST),
) -> ConversationsPage:
    """Conversations by filter, what will be late first."""
    filters = Filters(
        status=status,
        assignee=assignee,
        label=label,
        channel=channel,
        person=person,
        level=level,
        search=search,
    )
    place = decode_cursor(cursor, 2)
    found = queries.inbox(filters, seen_by=reader(request))
    found = queries.after(found, (place[0], place[1]) if place else None)
    shown, more = page_of(list(found[: limit + 1]), limit, lambda one: (one.position, one.pk))
    return ConversationsPage(items=[ConversationOut.of(one) for one in shown], next=more)


@router.get("/conversations/{conversation_id}", auth=READ, response=ConversationOut)
def conversation(request: HttpRequest, conversation_id: int) -> ConversationOut:
    """One conversation; the id of a merged one gives the one it went into."""
    return _shown(request, conversation_id)


@router.get("/conversations/{conversation_id}/timeline", auth=READ, response=list[EntryOut])
def timeline(request: HttpRequest, conversation_id: int) -> list[EntryOut]:
    """Everything that happened, in order."""
    found = queries.entries(conversation_id, seen_by=reader(request))
    return [EntryOut.of(entry) for entry in found]


@router.get("/conversations/{conversation_id}/level", auth=READ, response=LevelOut)
def level(request: HttpRequest, conversation_id: int) -> LevelOut:
    """The level with its evidence and what would lift it."""
    found = level_of(conversation_id, seen_by=reader(request))
    response = found.first_response
    return LevelOut(
        level=found.level,
        evidence=list(found.evidence),
        first_response_s=response.total_seconds() if response is not None else None,
        lift=[LiftOut(**msgspec.structs.asdict(way)) for way in found.lift],
    )


@router.post("/conversations/{conversation_id}/replies", auth=WRITE, response={202: DeliveryOut})
def reply(
    request: HttpRequest,
    conversation_id: int,
    payload: ReplyIn,
    idempotency_key: str = Header("", alias="Idempotency-Key"),
) -> Status[DeliveryOut]:
    """Queue an answer; follow it under /deliveries. Repeating the key sends nothing twice."""
    by = reader(request)
    basis = payload.basis
    if basis is None:
        basis = queries.conversation(conversation_id, seen_by=by).last_entry_id
    made = actions.reply(
        conversation_id,
        payload.text,
        by=by,
        basis=basis,
        mode=actions.Mode(payload.mode),
        resolve=payload.resolve,
        idempotency_key=idempotency_key,
    )
    return Status(202, DeliveryOut.of(made))


@router.post("/conversations/{conversation_id}/notes", auth=WRITE, response={201: EntryOut})
def note(request: HttpRequest, conversation_id: int, payload: NoteIn) -> Status[EntryOut]:
    """Add a private note."""
    made = actions.note(conversation_id, payload.text, by=reader(request))
    return Status(201, EntryOut.of(made))


@router.put("/conversations/{conversation_id}/assignee", auth=WRITE, response=ConversationOut)
def assign(request: HttpRequest, conversation_id: int, payload: AssignIn) -> ConversationOut:
    """Give it to a member, or take it from everybody."""
    actions.assign(conversation_id, to=payload.member_id, by=reader(request))
    return _shown(request, conversation_id)


@router.put("/conversations/{conversation_id}/team", auth=WRITE, response=ConversationOut)
def hand_to_team(request: HttpRequest, conversation_id: int, payload: HandIn) -> ConversationOut:
    """Give it to a team, or take it back."""
    actions.hand_to_team(conversation_id, team_id=payload.team_id, by=reader(request))
    return _shown(request, conversation_id)


@router.post("/conversations/{conversation_id}/labels", auth=WRITE, response=ConversationOut)
def label(request: HttpRequest, conversation_id: int, payload: LabelIn) -> ConversationOut:
    """Put a label on."""
    actions.label(conversation_id, payload.name, by=reader(request))
    return _shown(request, conversation_id)


@router.delete(
    "/conversations/{conversation_id}/labels/{name}", auth=WRITE, response=ConversationOut
)
def unlabel(request: HttpRequest, conversation_id: int, name: str) -> ConversationOut:
    """Take a label off."""
    actions.unlabel(conversation_id, name, by=reader(request))
    return _shown(request, conversation_id)


@router.get("/labels", auth=READ, response=list[LabelOut])
def labels(request: HttpRequest) -> list[LabelOut]:
    """All labels of the workspace."""
    return [LabelOut.of(one) for one in queries.labels(seen_by=reader(request))]


@router.post("/conversations/{conversation_id}/snooze", auth=WRITE, response=ConversationOut)
def snooze(request: HttpRequest, conversation_id: int, payload: SnoozeIn) -> ConversationOut:
    """Out of sight until then, or until the customer writes."""
    actions.snooze(conversation_id, until=_utc(payload.until), by=reader(request))
    return _shown(request, conversation_id)


@router.post("/conversations/{conversation_id}/resolve", auth=WRITE, response=ConversationOut)
def resolve(request: HttpRequest, conversation_id: int) -> ConversationOut:
    """The customer is helped."""
    actions.resolve(conversation_id, by=reader(request))
    return _shown(request, conversation_id)


@router.post("/conversations/{conversation_id}/reopen", auth=WRITE, response=ConversationOut)
def reopen(request: HttpRequest, conversation_id: int) -> ConversationOut:
    """Take it up again."""
    actions.reopen(conversation_id, by=reader(request))
    return _shown(request, conversation_id)


@router.post("/conversations/{conversation_id}/pending", auth=WRITE, response=ConversationOut)
def pending(request: HttpRequest, conversation_id: int) -> ConversationOut:
    """It is the customer's turn."""
    actions.set_pending(conversation_id, by=reader(request))
    return _shown(request, conversation_id)


@router.post("/conversations/{conversation_id}/touches", auth=WRITE, response={201: EntryOut})
def touch(request: HttpRequest, conversation_id: int, payload: TouchIn) -> Status[EntryOut]:
    """Record a call, a visit, a delivery, a used memory."""
    made = actions.record_touch(
        conversation_id,
        payload.kind,
        by=reader(request),
        at=_utc(payload.at) if payload.at else None,
        text=payload.text,
        memory_id=payload.memory_id,
        identity_id=payload.identity_id,
    )
    return Status(201, EntryOut.of(made))


@router.post("/conversations/{conversation_id}/gestures", auth=WRITE, response={202: GestureOut})
def gesture(request: HttpRequest, conversation_id: int, payload: GestureIn) -> Status[GestureOut]:
    """Favourite or boost a message, or follow who wrote it."""
    made = actions.gesture(conversation_id, payload.entry_id, payload.kind, by=reader(request))
    shown = GestureOut(id=made.pk, kind=made.kind, state=made.state, trouble=made.trouble)
    return Status(202, shown)


@router.post("/mentions/{mention_id}/conversation", auth=WRITE, response=ConversationOut)
def join_in(request: HttpRequest, mention_id: int) -> ConversationOut:
    """Open a conversation for a post that was only listened to."""
    made = actions.open_from_mention(mention_id, by=reader(request))
    return _shown(request, made.pk)


def _shown(request: HttpRequest, conversation_id: int) -> ConversationOut:
    return ConversationOut.of(queries.conversation(conversation_id, seen_by=reader(request)))


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
