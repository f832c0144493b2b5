"""Notes, assignment and status of conversations."""

from datetime import datetime

from django.db import transaction

from cornbread.care import queries
from cornbread.care.actions.entries import add_entry
from cornbread.care.domain.status import Command, after_command
from cornbread.care.domain.timeline import (
    Assigned,
    EntryKind,
    Snoozed,
    Status,
    StatusChanged,
)
from cornbread.care.filing import file_mentions
from cornbread.care.models import Conversation, Entry
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotFound
from cornbread.listening import queries as listening
from cornbread.team import queries as team
from cornbread.team.models import Member


@transaction.atomic
def note(conversation_id: int, text: str, *, by: Member) -> Entry:
    """A private note, seen by colleagues only."""
    by.require("conversation.note")
    conversation = queries.conversation(conversation_id, seen_by=by, lock=True)
    text = text.strip()
    if not text:
        raise Invalid("A note needs some words.", fields={"text": "A note needs some words."})
    if len(text) > 20_000:
        raise Invalid("A note has at most 20,000 characters.", fields={"text": "Too long."})
    return add_entry(conversation, EntryKind.NOTE, by=by, text=text, visibility="direct")


@transaction.atomic
def assign(conversation_id: int, *, to: int | None, by: Member) -> Conversation:
    """Give the conversation to a member; None takes it from whoever had it."""
    by.require("conversation.assign")
    conversation = queries.conversation(conversation_id, seen_by=by, lock=True)
    if conversation.assignee_id == to:
        return conversation
    conversation.assignee = team.colleague(to, seen_by=by) if to is not None else None
    return _assigned(conversation, by)


@transaction.atomic
def hand_to_team(conversation_id: int, *, team_id: int | None, by: Member) -> Conversation:
    """Give the conversation to a team, e.g. of an outside help desk; None takes it back."""
    by.require("conversation.assign")
    conversation = queries.conversation(conversation_id, seen_by=by, lock=True)
    if conversation.team_id == team_id:
        return conversation
    group = team.teams(seen_by=by).filter(pk=team_id).first() if team_id is not None else None
    if team_id is not None and group is None:
        raise NotFound("There is no such team in this workspace.")
    conversation.team = group
    return _assigned(conversation, by)


def _assigned(conversation: Conversation, by: Member) -> Conversation:
    conversation.save(update_fields=["assignee", "team"])
    details = Assigned(member_id=conversation.assignee_id, team_id=conversation.team_id)
    add_entry(conversation, EntryKind.ASSIGNED, by=by, details=details)
    return conversation


def resolve(conversation_id: int, *, by: Member) -> Conversation:
    """The customer is helped. Their next message opens it again."""
    return _command(conversation_id, Command.RESOLVE, by=by)


def reopen(conversation_id: int, *, by: Member) -> Conversation:
    """Back among what is to be done."""
    return _command(conversation_id, Command.REOPEN, by=by)


def set_pending(conversation_id: int, *, by: Member) -> Conversation:
    """Waiting for the customer."""
    return _command(conversation_id, Command.PEND, by=by)


def snooze(conversation_id: int, *, until: datetime, by: Member) -> Conversation:
    """Out of sight until a moment in the future, or until the customer writes."""
    return _command(conversation_id, Command.SNOOZE, by=by, until=until)


@transaction.atomic
def _command(
    conversation_id: int, command: Command, *, by: Member, until: datetime | None = None
) -> Conversation:
    by.require("conversation.status")
    conversation = queries.conversation(conversation_id, seen_by=by, lock=True)
    after = after_command(Status(conversation.status), command, now=clock.now(), until=until)
    if until is not None:
        add_entry(conversation, EntryKind.SNOOZED, by=by, details=Snoozed(until=until))
    else:
        changed = StatusChanged(to=after)
        add_entry(conversation, EntryKind.STATUS_CHANGED, by=by, details=changed)
    return conversation


@transaction.atomic
def open_from_mention(mention_id: int, *, by: Member) -> Conversation:
    """Take a post from listening into the inbox, to join in there."""
    by.require("conversation.status")
    mention = listening.mention(mention_id, seen_by=by)
    filed = file_mentions(by.workspace_id, [mention.pk], wanted=True)
    opened = queries.conversation(filed[0], seen_by=by, lock=True)
    if opened.late:
        add_entry(opened, EntryKind.BROUGHT_IN, by=by)
    return queries.conversation(opened.pk, seen_by=by)


@transaction.atomic
def bring_in(conversation_id: int, *, by: Member) -> Conversation:
    """Take what was heard late into the inbox; one that stands there already stays as it is."""
    by.require("conversation.status")
    conversation = queries.conversation(conversation_id, seen_by=by, lock=True)
    if conversation.late:
        add_entry(conversation, EntryKind.BROUGHT_IN, by=by)
    return conversation
