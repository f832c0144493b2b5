"""Steps done one by one, through the same actions as people use, with what would undo each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from cornbread.automation import webhooks
from cornbread.automation.domain.facts import Names
from cornbread.automation.domain.steps import (
    AddLabel,
    Assign,
    Call,
    HandToTeam,
    Pend,
    PutDraft,
    RemoveLabel,
    Reopen,
    Reply,
    Resolve,
    SetPriority,
    Snooze,
    Step,
    WriteNote,
    in_words,
)
from cornbread.automation.models import Firing
from cornbread.care import actions as care
from cornbread.care import queries
from cornbread.care.models import Conversation
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotAllowed, Refusal
from cornbread.team.models import Member

#: Refusals that say that a conversation is already as the step wants it.
_SO_ALREADY = ("already_resolved", "already_open", "already_pending")


@dataclass(frozen=True)
class Actor:
    """On whose behalf steps are done: a person with a macro, or a rule that fires."""

    by: Member
    names: Names
    sends: bool = True
    firing: Firing | None = None

    @property
    def undoes(self) -> bool:
        """Whether it is kept how things stood before: people change their minds, rules do not."""
        return self.firing is None


@dataclass(frozen=True)
class Result:
    """What became of a step. ``undo`` takes it back; None where nothing can or need be."""

    words: str
    ok: bool
    trouble: str = ""
    undo: dict[str, Any] | None = None

    def stored(self) -> dict[str, Any]:
        """As the log keeps it."""
        return {"words": self.words, "ok": self.ok, "trouble": self.trouble}


def perform(step: Step, conversation_id: int, actor: Actor, *, number: int) -> Result:
    """Do one step; a refusal undoes this step alone and says why."""
    words = in_words(step, actor.names)
    try:
        with transaction.atomic():
            undo = _DOERS[type(step)](step, conversation_id, actor, number)
    except Refusal as refusal:
        if refusal.reason in _SO_ALREADY:
            return Result(words, ok=True, trouble="It was so already.")
        return Result(words, ok=False, trouble=refusal.message)
    return Result(words, ok=True, undo=undo)


def _before(conversation_id: int, actor: Actor) -> Conversation:
    return queries.conversation(conversation_id, seen_by=actor.by)


def _assign(step: Assign, id_: int, actor: Actor, number: int) -> dict[str, Any] | None:
    was = _before(id_, actor).assignee_id if actor.undoes else None
    care.assign(id_, to=step.member_id, by=actor.by)
    if was == step.member_id:
        return None
    return {"undo": "assignee", "was": was, "now": step.member_id}


def _hand(step: HandToTeam, id_: int, actor: Actor, number: int) -> dict[str, Any] | None:
    was = _before(id_, actor).team_id if actor.undoes else None
    care.hand_to_team(id_, team_id=step.team_id, by=actor.by)
    return None if was == step.team_id else {"undo": "team", "was": was, "now": step.team_id}


def _wears(id_: int, name: str, actor: Actor) -> bool:
    return actor.undoes and _before(id_, actor).labels.filter(name__iexact=name).exists()


def _label(step: AddLabel, id_: int, actor: Actor, number: int) -> dict[str, Any] | None:
    worn = _wears(id_, step.name, actor)
    care.label(id_, step.name, by=actor.by)
    return None if worn else {"undo": "label", "was": False, "now": True, "name": step.name}


def _unlabel(step: RemoveLabel, id_: int, actor: Actor, number: int) -> dict[str, Any] | None:
    worn = _wears(id_, step.name, actor)
    care.unlabel(id_, step.name, by=actor.by)
    return {"undo": "label", "was": True, "now": False, "name": step.name} if worn else None


def _prioritise(step: SetPriority, id_: int, actor: Actor, number: int) -> dict[str, Any] | None:
    was = _before(id_, actor).priority if actor.undoes else step.priority
    care.prioritise(id_, step.priority, by=actor.by)
    if was == step.priority:
        return None
    return {"undo": "priority", "was": was, "now": step.priority}


def _status(change: Callable[..., Any]) -> Callable[..., dict[str, Any] | None]:
    def doer(step: Step, id_: int, actor: Actor, number: int) -> dict[str, Any] | None:
        if not actor.undoes:
            change(id_, by=actor.by)
            return None
        was = _before(id_, actor)
        until = was.snoozed_until
        change(id_, by=actor.by)
        return _undo_status(was.status, until, _before(id_, actor).status)

    return doer


def _undo_status(was: str, until: datetime | None, now: str) -> dict[str, Any]:
    return {
        "undo": "status",
        "was": was,
        "until": until.isoformat() if until else None,
        "now": now,
    }


def _snooze(step: Snooze, id_: int, actor: Actor, number: int) -> dict[str, Any] | None:
    until = clock.now() + timedelta(hours=step.hours)
    return _status(lambda id_, by: care.snooze(id_, until=until, by=by))(step, id_, actor, number)


def _note(step: WriteNote, id_: int, actor: Actor, number: int) -> None:
    care.note(id_, step.text, by=actor.by)


def _draft(step: PutDraft, id_: int, actor: Actor, number: int) -> dict[str, Any] | None:
    """Into the composer of the person who runs the macro, or of whoever has the conversation."""
    one = _before(id_, actor)
    writer = actor.by
    if actor.firing is not None:
        if one.assignee is None:
            raise Invalid("Nobody has this conversation. Let an earlier step give it to somebody.")
        writer = Member.objects.select_related("workspace").get(pk=one.assignee.pk)
    kept = care.draft_of(one, by=writer)
    text = step.text
    if kept is not None:
        if actor.firing is not None:
            raise Invalid(f"{one.assignee} is writing an answer already.")
        text = f"{kept.text}\n\n{step.text}"
    mode = kept.mode if kept else _mode(one)
    care.save_draft(id_, text, by=writer, mode=mode, basis=one.last_entry_id)
    return {"undo": "draft", "was": kept.text if kept else "", "now": text}


def _mode(one: Conversation) -> str:
    """Private messages are answered privately."""
    try:
        care.target_of(one, care.Mode.PUBLIC)
    except Refusal:
        return care.Mode.DIRECT
    return care.Mode.PUBLIC


def _reply(step: Reply, id_: int, actor: Actor, number: int) -> None:
    one = _before(id_, actor)
    if not actor.sends:
        raise NotAllowed("This rule may not send by itself. Allow it in the rule.")
    # Two robots that thank one another never end.
    if actor.firing is not None and one.identity.automated:
        raise NotAllowed("A robot wrote this; rules do not answer robots.")
    key = f"firing:{actor.firing.pk}:{number}" if actor.firing is not None else ""
    care.reply(
        id_,
        step.text,
        by=actor.by,
        basis=one.last_entry_id,
        mode=care.Mode(step.mode),
        idempotency_key=key,
    )


def _call(step: Call, id_: int, actor: Actor, number: int) -> None:
    webhooks.tell(step.endpoint_id, _before(id_, actor), by=actor.by, firing=actor.firing)


_DOERS: dict[type, Callable[..., dict[str, Any] | None]] = {
    Assign: _assign,
    HandToTeam: _hand,
    AddLabel: _label,
    RemoveLabel: _unlabel,
    SetPriority: _prioritise,
    Resolve: _status(care.resolve),
    Reopen: _status(care.reopen),
    Pend: _status(care.set_pending),
    Snooze: _snooze,
    WriteNote: _note,
    PutDraft: _draft,
    Reply: _reply,
    Call: _call,
}
