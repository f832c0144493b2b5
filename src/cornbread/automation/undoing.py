"""Taking back what a step did, where nobody has changed it since."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from cornbread.care import actions as care
from cornbread.care import queries
from cornbread.care.models import Conversation
from cornbread.foundation import clock
from cornbread.foundation.errors import Refusal, Stale
from cornbread.team.models import Member


def take_back(undo: Mapping[str, Any], conversation_id: int, *, by: Member) -> str:
    """Do what undoes a step; the sentence why not, or nothing when it was taken back."""
    try:
        with transaction.atomic():
            one = queries.conversation(conversation_id, seen_by=by)
            _UNDOERS[undo["undo"]](undo, one, by)
    except Refusal as refusal:
        return refusal.message
    return ""


def _unchanged(now: object, was_left: object, what: str) -> None:
    if now != was_left:
        raise Stale(f"{what} was changed since, and stays as it is.")


def _assignee(undo: Mapping[str, Any], one: Conversation, by: Member) -> None:
    _unchanged(one.assignee_id, undo["now"], "Who has it")
    care.assign(one.pk, to=undo["was"], by=by)


def _team(undo: Mapping[str, Any], one: Conversation, by: Member) -> None:
    _unchanged(one.team_id, undo["now"], "The team")
    care.hand_to_team(one.pk, team_id=undo["was"], by=by)


def _label(undo: Mapping[str, Any], one: Conversation, by: Member) -> None:
    change = care.label if undo["was"] else care.unlabel
    change(one.pk, undo["name"], by=by)


def _priority(undo: Mapping[str, Any], one: Conversation, by: Member) -> None:
    _unchanged(one.priority, undo["now"], "The priority")
    care.prioritise(one.pk, undo["was"], by=by)


def _status(undo: Mapping[str, Any], one: Conversation, by: Member) -> None:
    _unchanged(one.status, undo["now"], "The status")
    was, until = undo["was"], undo["until"]
    if was == "resolved":
        care.resolve(one.pk, by=by)
        return
    if one.status != "open":
        care.reopen(one.pk, by=by)
    if was == "pending":
        care.set_pending(one.pk, by=by)
    elif was == "snoozed" and until and datetime.fromisoformat(until) > clock.now():
        care.snooze(one.pk, until=datetime.fromisoformat(until), by=by)


def _draft(undo: Mapping[str, Any], one: Conversation, by: Member) -> None:
    kept = care.draft_of(one, by=by)
    _unchanged(kept.text if kept else "", undo["now"], "The draft")
    mode = kept.mode if kept else "public"
    care.save_draft(one.pk, undo["was"], by=by, mode=mode, basis=one.last_entry_id)


_UNDOERS: Mapping[str, Callable[[Mapping[str, Any], Conversation, Member], None]] = {
    "assignee": _assignee,
    "team": _team,
    "label": _label,
    "priority": _priority,
    "status": _status,
    "draft": _draft,
}
