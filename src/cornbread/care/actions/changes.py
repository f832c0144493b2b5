"""Changes that can be taken back: a step on one conversation, on several, or on all that match."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from django.db import transaction

from cornbread.care import picking, queries
from cornbread.care.actions.steps import do, take_back
from cornbread.care.domain.changes import PERMISSIONS, Step, step_of
from cornbread.care.models import Change, Changed
from cornbread.care.queries import Filters
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, Stale
from cornbread.foundation.jobs import enqueue, job
from cornbread.team.models import Member

#: Up to so many are done while the person waits; more are done by a job, PORTION at a time.
AT_ONCE, PORTION = 50, 25
#: More than this at once is a matter for rules, or for somebody who counts again.
MOST = 10_000
#: How long a change can be taken back, and how much later the answer of a slow line may come.
UNDO_FOR, GRACE = timedelta(seconds=30), timedelta(seconds=5)
State, Outcome = Change.State, Changed.Outcome


@transaction.atomic
def change_one(step: Step, conversation_id: int, *, by: Member) -> Change:
    """A step on one conversation; a Refusal says why it is not done."""
    one = queries.conversation(conversation_id, seen_by=by)
    made = _begin(step, [one.pk], by)
    item = made.items.get()
    do(step, item, by=by, alone=True)
    item.save()
    return _finish(made, State.DONE)


@transaction.atomic
def change_many(step: Step, conversation_ids: Sequence[int], *, by: Member) -> Change:
    """A step on each of these conversations; what is refused is said for each.

    One that the member may not know of refuses the whole, before anything is done.
    """
    by.require(PERMISSIONS[type(step)])
    ids = list(dict.fromkeys(conversation_ids))
    if not 1 <= len(ids) <= MOST:
        sentence = f"Choose between 1 and {MOST:,} conversations."
        raise Invalid(sentence, fields={"conversation_ids": sentence})
    known = set(picking.known_ids(ids, seen_by=by))
    if len(known) < len(ids):
        gone = len(ids) - len(known)
        sentence = f"{gone} of these conversations are not there, or not given to your team."
        raise Invalid(sentence, code="not_found", fields={"conversation_ids": sentence})
    return _go(_begin(step, sorted(ids), by), by)


@transaction.atomic
def change_matching(step: Step, filters: Filters, *, expected: int, by: Member) -> Change:
    """A step on all conversations that match; ``expected`` is the number that was agreed to."""
    by.require(PERMISSIONS[type(step)])
    ids = picking.matching_ids(filters, seen_by=by, limit=MOST + 1)
    if len(ids) > MOST:
        raise Invalid(f"More than {MOST:,} match. Narrow them down first.", code="too_many")
    if len(ids) != expected:
        raise Stale(
            f"{len(ids):,} conversations match by now, not {expected:,}. Look again, then confirm.",
            fields={"expected": str(len(ids))},
        )
    if not ids:
        raise Invalid("No conversation matches.", code="nothing_matches")
    return _go(_begin(step, ids, by), by)


def _begin(step: Step, ids: Sequence[int], by: Member) -> Change:
    by.require(PERMISSIONS[type(step)])
    made = Change.objects.create(
        workspace_id=by.workspace_id,
        by=by,
        step=msgspec.to_builtins(step),
        total=len(ids),
        created_at=clock.now(),
    )
    Changed.objects.bulk_create(
        [Changed(workspace_id=by.workspace_id, change=made, conversation_id=id_) for id_ in ids],
        batch_size=500,
    )
    return made


def _go(made: Change, by: Member) -> Change:
    if made.total > AT_ONCE:
        enqueue(carry_on, made.pk, workspace_id=made.workspace_id)
        return made
    _portion(made, by, made.total)
    return _finish(made, State.DONE)


@transaction.atomic
def undo(change_id: int, *, by: Member) -> Change:
    """Take a change of one's own back, for half a minute; one under way is stopped first.

    Only what nobody has touched since goes back; the rest stays, and says why.
    """
    by.require("conversation.status")  # whoever lacks this is not told what exists
    made = picking.change(change_id, seen_by=by, lock=True)
    by.require(PERMISSIONS[type(step_of(made.step))])
    if made.state in (State.UNDOING, State.UNDONE):
        raise Invalid("This was taken back already.", code="already_undone")
    if made.finished_at and clock.now() - made.finished_at > UNDO_FOR + GRACE:
        raise Invalid(
            "This was done more than half a minute ago. Change it by hand.", code="too_late"
        )
    made.state = State.UNDOING
    made.save(update_fields=["state"])
    if made.total > AT_ONCE:
        enqueue(carry_on, made.pk, workspace_id=made.workspace_id)
        return made
    _back(made, by, made.total)
    return _finish(made, State.UNDONE)


@job(queue="default", atomic=True)
def carry_on(change_id: int, workspace_id: int) -> None:
    """The next portion of a change or of its undoing, and a job for what follows."""
    found = Change.objects.select_for_update(of=("self",)).filter(
        pk=change_id, workspace_id=workspace_id
    )
    made = found.select_related("by__user", "by__workspace").first()
    if made is None or made.state not in (State.RUNNING, State.UNDOING):
        return
    going = made.state == State.RUNNING
    more = (_portion if going else _back)(made, made.by, PORTION)
    if more:
        enqueue(carry_on, change_id, workspace_id=workspace_id)
    else:
        _finish(made, State.DONE if going else State.UNDONE)


def _portion(made: Change, by: Member, size: int) -> bool:
    """Do the next of a change; whether more may follow."""
    step = step_of(made.step)
    items = list(made.items.filter(outcome=Outcome.WAITING).order_by("pk")[:size])
    for item in items:
        do(step, item, by=by, alone=False)
        item.save()
    return len(items) == size


def _back(made: Change, by: Member, size: int) -> bool:
    """Take the next of a change back; whether more may follow."""
    step, now = step_of(made.step), clock.now()
    items = list(made.items.filter(outcome=Outcome.DONE).order_by("pk")[:size])
    for item in items:
        take_back(step, item, by=by, now=now)
        item.save()
    return len(items) == size


def _finish(made: Change, state: Change.State) -> Change:
    made.state, made.finished_at = state, clock.now()
    made.save(update_fields=["state", "finished_at"])
    return made
