"""Macros are written, run by people, and taken back."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from cornbread.automation import queries
from cornbread.automation.carrying_out import Actor, perform
from cornbread.automation.checking import checked_name, checked_steps
from cornbread.automation.domain.steps import stored
from cornbread.automation.gathering import names_of
from cornbread.automation.models import Macro, Run
from cornbread.automation.ready import steps_of
from cornbread.automation.undoing import take_back
from cornbread.care import queries as care
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotFound
from cornbread.team.actions import record
from cornbread.team.models import Member

#: Conversations that a macro is run on at once.
MOST_AT_ONCE = 50


@transaction.atomic
def save_macro(macro_id: int | None, *, name: str, steps: Sequence[Any], by: Member) -> Macro:
    """Write a new macro, or change one."""
    by.require("automation.write")
    macro = queries.macro(macro_id, seen_by=by) if macro_id is not None else Macro()
    same = Macro.objects.filter(workspace_id=by.workspace_id, name__iexact=name.strip())
    wrong: dict[str, str] = {}
    try:
        macro.name = checked_name(name, taken=same.exclude(pk=macro_id or 0).exists())
    except Invalid as refusal:
        wrong |= refusal.fields
    try:
        macro.steps = stored(checked_steps(steps, by=by))
    except Invalid as refusal:
        wrong |= refusal.fields
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    macro.workspace_id = by.workspace_id
    macro.made_by = by
    macro.save()
    record(by.workspace_id, by, "macro.saved", f"macro:{macro.pk}", name=macro.name)
    return macro


@transaction.atomic
def delete_macro(macro_id: int, *, by: Member) -> None:
    """Delete a macro; what it did stays."""
    by.require("automation.write")
    macro = queries.macro(macro_id, seen_by=by)
    record(by.workspace_id, by, "macro.deleted", f"macro:{macro.pk}", name=macro.name)
    Macro.objects.filter(pk=macro.pk).delete()


@transaction.atomic
def run_macro(macro_id: int, conversation_ids: Sequence[int], *, by: Member) -> list[Run]:
    """Do a macro's steps, in order, on each conversation, as the person who runs it.

    A step that is refused is left out and said; the others are done.
    """
    by.require("macro.run")
    macro = queries.macro(macro_id, seen_by=by)
    ids = list(dict.fromkeys(conversation_ids))
    if not 1 <= len(ids) <= MOST_AT_ONCE:
        sentence = f"Choose between 1 and {MOST_AT_ONCE} conversations."
        raise Invalid(sentence, fields={"conversation_ids": sentence})
    # All of them have to be there before anything is done to one; everybody locks in one order.
    found = [care.conversation(id_, seen_by=by).pk for id_ in sorted(ids)]
    batch, now = secrets.token_hex(16), clock.now()
    actor = Actor(by=by, names=names_of(by.workspace_id))
    return [_run(macro, id_, actor, batch, now) for id_ in found]


def _run(macro: Macro, conversation_id: int, actor: Actor, batch: str, now: datetime) -> Run:
    results = [
        perform(step, conversation_id, actor, number=number)
        for number, step in enumerate(steps_of(macro.steps))
    ]
    return Run.objects.create(
        workspace_id=macro.workspace_id,
        macro=macro,
        conversation_id=conversation_id,
        by=actor.by,
        batch=batch,
        done=[one.stored() for one in results],
        undo=[one.undo for one in reversed(results) if one.undo is not None],
        at=now,
    )


@transaction.atomic
def undo(run_id: int, *, by: Member) -> list[str]:
    """Take back what was run together; returns in sentences what could not be, and why.

    What somebody changed since stays as they left it.
    """
    by.require("macro.run")
    runs = list(queries.runs(run_id, seen_by=by).select_for_update(of=("self",)))
    if not runs:
        raise NotFound("There is nothing to take back.")
    if any(run.undone_at for run in runs):
        raise Invalid("This was taken back already.", code="already_undone")
    kept = [
        trouble
        for run in runs
        for one in run.undo
        if (trouble := take_back(one, run.conversation_id, by=by))
    ]
    now = clock.now()
    for run in runs:
        run.undone_at = now
        run.save(update_fields=["undone_at"])
    return list(dict.fromkeys(kept))
