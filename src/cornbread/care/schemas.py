"""Shapes of conversations in the API."""

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

from cornbread.care.domain.timeline import TOUCHES
from cornbread.care.models import Conversation, Entry, Label, OpenPromise
from cornbread.care.promise_schemas import OpenPromiseOut
from cornbread.care.refreshing import words_of
from cornbread.listening.domain.wording import Wording
from cornbread.team.schemas import LARGEST, Id, Moment


class ConversationOut(Schema):
    """A conversation. ``due_at`` is when its level drops next; ``basis`` goes with a reply.

    ``promise`` is the one that is due first, null where nothing is promised. ``late`` ones were
    heard long after they were posted, and are listed apart.
    """

    id: int
    status: str
    snoozed_until: datetime | None
    channel_id: int
    person_id: int
    person: str
    handle: str
    assignee_id: int | None
    team_id: int | None
    labels: list[str]
    priority: str
    promise: OpenPromiseOut | None
    level: int | None
    first_message_at: datetime | None
    first_answer_at: datetime | None
    waiting_since: datetime | None
    due_at: datetime | None
    last_at: datetime | None
    preview: str
    late: bool
    basis: int

    @staticmethod
    def of(one: Conversation) -> "ConversationOut":
        """A conversation as the API shows one."""
        return ConversationOut(
            id=one.pk,
            status=one.status,
            snoozed_until=one.snoozed_until,
            channel_id=one.channel_id,
            person_id=one.person_id,
            person=str(one.person),
            handle=one.identity.handle,
            assignee_id=one.assignee_id,
            team_id=one.team_id,
            labels=sorted(label.name for label in one.labels.all()),
            priority=one.priority,
            promise=OpenPromiseOut.of(promise) if (promise := OpenPromise.of(one)) else None,
            level=one.level,
            first_message_at=one.first_message_at,
            first_answer_at=one.first_answer_at,
            waiting_since=one.waiting_since,
            due_at=one.due_at,
            last_at=one.last_at,
            preview=one.preview,
            late=one.late,
            basis=one.last_entry_id,
        )


class ConversationsPage(Schema):
    """A page of conversations, what will be late first."""

    items: list[ConversationOut]
    next: str | None


class EntryOut(Schema):
    """One thing that happened."""

    id: int
    kind: str
    at: datetime
    visibility: str
    human: bool
    member_id: int | None
    channel_id: int | None
    identity_id: int | None
    external_id: str
    text: str
    details: dict[str, Any]

    @staticmethod
    def of(entry: Entry) -> "EntryOut":
        """An entry as the API shows one."""
        return EntryOut(
            id=entry.pk,
            kind=entry.kind,
            at=entry.at,
            visibility=entry.visibility,
            human=entry.human,
            member_id=entry.member_id,
            channel_id=entry.channel_id,
            identity_id=entry.identity_id,
            external_id=entry.mention.external_id if entry.mention else entry.external_id,
            text=words_of(entry),
            details=entry.details,
        )


class MessageOut(Schema):
    """A message that was found; ``marks`` are where its text fits, as [start, end] in letters."""

    conversation_id: int
    person: str
    handle: str
    entry: EntryOut
    marks: list[tuple[int, int]]

    @staticmethod
    def of(entry: Entry, wording: Wording) -> "MessageOut":
        """A message as the API shows one that fits."""
        shown = EntryOut.of(entry)
        author = entry.mention.identity if entry.mention else entry.identity
        return MessageOut(
            conversation_id=entry.conversation_id,
            person=str(entry.conversation.person),
            handle=author.handle if author else "",
            entry=shown,
            marks=sorted(wording.spans(shown.text)),
        )


class MessagesPage(Schema):
    """Messages that fit, heard last first. A page may be short and go on all the same."""

    items: list[MessageOut]
    next: str | None


class LiftOut(Schema):
    """One way to raise the level."""

    code: str
    level: int
    sentence: str
    until: datetime | None
    memory_id: int | None


class LevelOut(Schema):
    """A level, the entries that earned it, and what would lift it."""

    level: int | None
    evidence: list[int]
    first_response_s: float | None
    lift: list[LiftOut]


class ReplyIn(Schema):
    """An answer. With ``basis`` it is refused (409) when the conversation changed since.

    ``sign`` puts the member's or the brand's signature below it.
    """

    text: str = Field(max_length=50_000)
    mode: Literal["public", "direct"] = "public"
    basis: int | None = Field(None, ge=0, le=LARGEST)
    resolve: bool = False
    sign: bool = False


class NoteIn(Schema):
    """A private note."""

    text: str = Field(max_length=20_000)


class AssignIn(Schema):
    """To whom; null takes it from everybody."""

    member_id: Id | None


class HandIn(Schema):
    """To which team; null takes it back."""

    team_id: Id | None


class LabelIn(Schema):
    """A label by its name."""

    name: str = Field(max_length=60)


class LabelOut(Schema):
    """A label of the workspace."""

    id: int
    name: str
    colour: str

    @staticmethod
    def of(label: Label) -> "LabelOut":
        """A label as the API shows one."""
        return LabelOut(id=label.pk, name=label.name, colour=label.colour)


class SnoozeIn(Schema):
    """Until when."""

    until: Moment


_KINDS = f"One of {', '.join(sorted(TOUCHES))}."


class TouchIn(Schema):
    """Contact outside the text channels, or a memory that was used."""

    kind: str = Field(max_length=24, examples=["call_completed"], description=_KINDS)
    at: Moment | None = None
    text: str = Field("", max_length=2000)
    memory_id: Id | None = None
    identity_id: Id | None = None


class GestureIn(Schema):
    """A favourite, boost or follow towards the message of a timeline entry."""

    entry_id: Id
    kind: Literal["favourite", "boost", "follow"]


class GestureOut(Schema):
    """A gesture and where it stands."""

    id: int
    kind: str
    state: str
    trouble: str
