"""One step on one conversation: doing it, with how it stood before, and taking it back."""

from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import Max

from cornbread.care import queries
from cornbread.care.actions import conversations, labels, priorities
from cornbread.care.domain import changes
from cornbread.care.domain.changes import Before, Step
from cornbread.care.domain.timeline import EntryKind, Priority, Status
from cornbread.care.models import Changed, Conversation, Entry
from cornbread.foundation.errors import Refusal, Stale
from cornbread.team.models import Member

Outcome = Changed.Outcome


def perform(step: Step, conversation_id: int, *, by: Member) -> None:
    """Do a step by the room's own action, which checks rights and refuses in words."""
    match step:
        case changes.Assign(to):
            conversations.assign(conversation_id, to=to, by=by)
        case changes.HandOver(to):
            conversations.hand_to_team(conversation_id, team_id=to, by=by)
        case changes.PutLabel(name):
            labels.label(conversation_id, name, by=by)
        case changes.TakeLabel(name):
            labels.unlabel(conversation_id, name, by=by)
        case changes.Prioritise(to):
            priorities.prioritise(conversation_id, to, by=by)
        case changes.Snooze(until):
            conversations.snooze(conversation_id, until=until, by=by)
        case changes.Resolve():
            conversations.resolve(conversation_id, by=by)
        case changes.Reopen():
            conversations.reopen(conversation_id, by=by)
        case changes.Pend():
            conversations.set_pending(conversation_id, by=by)


def do(step: Step, item: Changed, *, by: Member, alone: bool) -> None:
    """Do the step on the item's conversation, and write down what became of it.

    Of several each says for itself why it was refused; one ``alone`` raises its Refusal.
    """
    try:
        with transaction.atomic():
            one = queries.conversation(item.conversation_id, seen_by=by, lock=True)
            before = _before(one)
            item.before = msgspec.to_builtins(before)
            item.outcome = Outcome.ALREADY
            if alone or not changes.is_so(step, before):
                perform(step, one.pk, by=by)
                item.entry_id = _newest(one.pk)
                item.outcome = Outcome.DONE
    except Refusal as refusal:
        if alone:
            raise
        item.outcome, item.trouble = Outcome.REFUSED, refusal.message[:300]


def take_back(step: Step, item: Changed, *, by: Member, now: datetime) -> None:
    """Lead the item's conversation back, where nobody has touched the same since."""
    before = msgspec.convert(item.before, Before)
    try:
        with transaction.atomic():
            one = queries.conversation(item.conversation_id, seen_by=by, lock=True)
            _refuse_changed(step, one, item)
            for back in changes.taking_back(step, before, now=now):
                perform(back, one.pk, by=by)
            item.outcome = Outcome.TAKEN_BACK
    except Refusal as refusal:
        item.outcome, item.trouble = Outcome.KEPT, refusal.message[:300]


def _refuse_changed(step: Step, one: Conversation, item: Changed) -> None:
    touched = Entry.objects.filter(
        conversation=one, kind__in=changes.TOUCHES[type(step)], pk__gt=item.entry_id
    )
    if isinstance(step, changes.PutLabel | changes.TakeLabel):
        touched = touched.filter(details__label__iexact=step.name)
    newest = touched.select_related("member__user", "identity").order_by("-pk").first()
    if newest is not None:
        raise Stale(_since(newest))
    left = changes.LEAVES.get(type(step))
    if left is not None and one.status != left:
        raise Stale("It came back by itself since.")


def _since(entry: Entry) -> str:
    if entry.kind == EntryKind.MESSAGE_IN:
        return f"{entry.identity} wrote since." if entry.identity else "The customer wrote since."
    who = str(entry.member) if entry.member else "Somebody"
    return f"{who} {'answered' if entry.kind == EntryKind.MESSAGE_OUT else 'changed it'} since."


def _before(one: Conversation) -> Before:
    return Before(
        status=Status(one.status),
        snoozed_until=one.snoozed_until,
        assignee=one.assignee_id,
        team=one.team_id,
        labels=frozenset(label.name for label in one.labels.all()),
        priority=Priority(one.priority),
    )


def _newest(conversation_id: int) -> int:
    found = Entry.objects.filter(conversation_id=conversation_id).aggregate(newest=Max("pk"))
    return int(found["newest"] or 0)
