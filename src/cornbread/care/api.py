"""Conversations in the API."""

from typing import Literal

import msgspec
from django.http import HttpRequest
from ninja import Router, Status
from ninja.params.functions import Header, Query

from cornbread.care import actions, paging, queries, searching
from cornbread.care.measuring import level_of
from cornbread.care.models import Conversation
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
    MessageOut,
    MessagesPage,
    NoteIn,
    ReplyIn,
    SnoozeIn,
    TouchIn,
)
from cornbread.listening.domain.wording import read
from cornbread.outbound.schemas import DeliveryOut
from cornbread.team.api_access import (
    MOST,
    Scoped,
    decode_cursor,
    encode_cursor,
    page_of,
    reader,
)
from cornbread.team.models import Member
from cornbread.team.schemas import Cursor, Id, PathText, Search

router = Router(tags=["care"])
READ, WRITE = Scoped("conversations:read"), Scoped("conversations:write")
WORDING = 'words that all occur, "phrases", begin*, -without'
#: Posts that were only listened to are found with the one and answered with the other.
JOIN_IN = Scoped("conversations:write", "watches:read")


@router.get("/conversations", auth=READ, response=ConversationsPage)
def conversations(
    request: HttpRequest,
    status: Literal["all", "open", "pending", "snoozed", "resolved"] = "all",
    assignee: str = Query(
        "", pattern=r"^(me|none|[0-9]{1,18})?$", description="me, none, or a member's id"
    ),
    label: str = Query("", max_length=60, description="the label's name"),
    priority: Literal["", "low", "normal", "high", "urgent"] = "",
    channel: Id | None = None,
    person: Id | None = None,
    level: int | None = Query(None, ge=0, le=7),
    search: Search = "",
    late: bool | None = Query(
        None, description="only what was heard late, or only the rest; both when left out"
    ),
    order: Literal["urgency", "id"] = "urgency",
    cursor: Cursor = "",
    limit: int = Query(50, ge=1, le=MOST),
) -> ConversationsPage:
    """Conversations by filter, what will be late first.

    A conversation whose urgency changes while you read may be met twice or not at all. With
    `order=id`, the oldest first, every conversation is met exactly once.
    """
    filters = Filters(
        status=status,
        assignee=assignee,
        label=label,
        priority=priority,
        channel=channel,
        person=person,
        level=level,
        search=search,
        late=late,
    )
    shown, more = _cut(filters, reader(request), order, cursor, limit)
    return ConversationsPage(items=[ConversationOut.of(one) for one in shown], next=more)


def _cut(
    filters: Filters, seen_by: Member, order: str, cursor: str, limit: int
) -> tuple[list[Conversation], str | None]:
    if order == "id":
        last = decode_cursor(cursor, 1) or [0]
        found = queries.inbox(filters, seen_by=seen_by).order_by("pk").filter(pk__gt=last[0])
        return page_of(found[: limit + 1], limit, lambda one: (one.pk,))
    place = decode_cursor(cursor, 2)
    rows = paging.page(
        filters, seen_by=seen_by, place=(place[0], place[1]) if place else None, size=limit + 1
    )
    return page_of(rows, limit, lambda one: (one.position, one.pk))


@router.get("/search", auth=READ, response=MessagesPage)
def search(
    request: HttpRequest,
    search: str = Query(..., min_length=1, max_length=200, description=WORDING),
    status: Literal["all", "open", "pending", "snoozed", "resolved"] = "all",
    channel: Id | None = None,
    label: str = Query("", max_length=60, description="the label's name"),
    cursor: Cursor = "",
    limit: int = Query(50, ge=1, le=MOST),
) -> MessagesPage:
    """Messages of conversations by their words, heard last first."""
    wording, place = read(search), decode_cursor(cursor, 1)
    filters = Filters(status=status, channel=channel, label=label)
    found = searching.messages(
        wording,
        filters,
        seen_by=reader(request),
        before=place[0] if place else None,
        limit=limit,
    )
    return MessagesPage(
        items=[MessageOut.of(entry, wording) for entry in found.hits],
        next=encode_cursor(found.before) if found.before is not None else None,
    )


@router.get("/conversations/{conversation_id}", auth=READ, response=ConversationOut)
def conversation(request: HttpRequest, conversation_id: Id) -> ConversationOut:
    """One conversation; the id of a merged one gives the one it went into."""
    return _shown(request, conversation_id)


@router.get("/conversations/{conversation_id}/timeline", auth=READ, response=list[EntryOut])
def timeline(request: HttpRequest, conversation_id: Id) -> list[EntryOut]:
    """Everything that happened, in order."""
    found = queries.entries(conversation_id, seen_by=reader(request))
    return [EntryOut.of(entry) for entry in found]


@router.get("/conversations/{conversation_id}/level", auth=READ, response=LevelOut)
def level(request: HttpRequest, conversation_id: Id) -> LevelOut:
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
    conversation_id: Id,
    payload: ReplyIn,
    idempotency_key: str = Header("", alias="Idempotency-Key", max_length=200),
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
        sign=payload.sign,
    )
    return Status(202, DeliveryOut.of(made))


@router.post("/conversations/{conversation_id}/notes", auth=WRITE, response={201: EntryOut})
def note(request: HttpRequest, conversation_id: Id, payload: NoteIn) -> Status[EntryOut]:
    """Add a private note."""
    made = actions.note(conversation_id, payload.text, by=reader(request))
    return Status(201, EntryOut.of(made))


@router.put("/conversations/{conversation_id}/assignee", auth=WRITE, response=ConversationOut)
def assign(request: HttpRequest, conversation_id: Id, payload: AssignIn) -> ConversationOut:
    """Give it to a member, or take it from everybody."""
    actions.assign(conversation_id, to=payload.member_id, by=reader(request))
    return _shown(request, conversation_id)


@router.put("/conversations/{conversation_id}/team", auth=WRITE, response=ConversationOut)
def hand_to_team(request: HttpRequest, conversation_id: Id, payload: HandIn) -> ConversationOut:
    """Give it to a team, or take it back."""
    actions.hand_to_team(conversation_id, team_id=payload.team_id, by=reader(request))
    return _shown(request, conversation_id)


@router.post("/conversations/{conversation_id}/labels", auth=WRITE, response=ConversationOut)
def label(request: HttpRequest, conversation_id: Id, payload: LabelIn) -> ConversationOut:
    """Put a label on."""
    actions.label(conversation_id, payload.name, by=reader(request))
    return _shown(request, conversation_id)


@router.delete(
    "/conversations/{conversation_id}/labels/{path:name}", auth=WRITE, response=ConversationOut
)
def unlabel(request: HttpRequest, conversation_id: Id, name: PathText) -> ConversationOut:
    """Take a label off."""
    actions.unlabel(conversation_id, name, by=reader(request))
    return _shown(request, conversation_id)


@router.get("/labels", auth=READ, response=list[LabelOut])
def labels(request: HttpRequest) -> list[LabelOut]:
    """All labels of the workspace."""
    return [LabelOut.of(one) for one in queries.labels(seen_by=reader(request))]


@router.post("/conversations/{conversation_id}/snooze", auth=WRITE, response=ConversationOut)
def snooze(request: HttpRequest, conversation_id: Id, payload: SnoozeIn) -> ConversationOut:
    """Out of sight until then, or until the customer writes."""
    actions.snooze(conversation_id, until=payload.until, by=reader(request))
    return _shown(request, conversation_id)


@router.post("/conversations/{conversation_id}/resolve", auth=WRITE, response=ConversationOut)
def resolve(request: HttpRequest, conversation_id: Id) -> ConversationOut:
    """The customer is helped."""
    actions.resolve(conversation_id, by=reader(request))
    return _shown(request, conversation_id)


@router.post("/conversations/{conversation_id}/reopen", auth=WRITE, response=ConversationOut)
def reopen(request: HttpRequest, conversation_id: Id) -> ConversationOut:
    """Take it up again."""
    actions.reopen(conversation_id, by=reader(request))
    return _shown(request, conversation_id)


@router.post("/conversations/{conversation_id}/pending", auth=WRITE, response=ConversationOut)
def pending(request: HttpRequest, conversation_id: Id) -> ConversationOut:
    """It is the customer's turn."""
    actions.set_pending(conversation_id, by=reader(request))
    return _shown(request, conversation_id)


@router.post("/conversations/{conversation_id}/bring-in", auth=WRITE, response=ConversationOut)
def bring_in(request: HttpRequest, conversation_id: Id) -> ConversationOut:
    """Take what was heard late into the inbox."""
    actions.bring_in(conversation_id, by=reader(request))
    return _shown(request, conversation_id)


@router.post("/conversations/{conversation_id}/touches", auth=WRITE, response={201: EntryOut})
def touch(request: HttpRequest, conversation_id: Id, payload: TouchIn) -> Status[EntryOut]:
    """Record a call, a visit, a delivery, a used memory."""
    made = actions.record_touch(
        conversation_id,
        payload.kind,
        by=reader(request),
        at=payload.at,
        text=payload.text,
        memory_id=payload.memory_id,
        identity_id=payload.identity_id,
    )
    return Status(201, EntryOut.of(made))


@router.post("/conversations/{conversation_id}/gestures", auth=WRITE, response={202: GestureOut})
def gesture(request: HttpRequest, conversation_id: Id, payload: GestureIn) -> Status[GestureOut]:
    """Favourite or boost a message, or follow who wrote it."""
    made = actions.gesture(conversation_id, payload.entry_id, payload.kind, by=reader(request))
    shown = GestureOut(id=made.pk, kind=made.kind, state=made.state, trouble=made.trouble)
    return Status(202, shown)


@router.get("/mentions/{mention_id}/conversation", auth=READ, response=ConversationOut)
def conversation_of_mention(request: HttpRequest, mention_id: Id) -> ConversationOut:
    """The conversation that a post went into; 404 until it is there, or when it opened none."""
    found = queries.conversation_of_mention(mention_id, seen_by=reader(request))
    return ConversationOut.of(found)


@router.post("/mentions/{mention_id}/conversation", auth=JOIN_IN, response=ConversationOut)
def join_in(request: HttpRequest, mention_id: Id) -> ConversationOut:
    """Open a conversation for a post that was only listened to."""
    made = actions.open_from_mention(mention_id, by=reader(request))
    return _shown(request, made.pk)


def _shown(request: HttpRequest, conversation_id: int) -> ConversationOut:
    return ConversationOut.of(queries.conversation(conversation_id, seen_by=reader(request)))
