"""What rules and macros name has to exist, and has to be allowed to whoever saves them."""

from collections.abc import Mapping, Sequence
from typing import Any

from cornbread.automation import queries
from cornbread.automation.domain.steps import (
    AddLabel,
    Assign,
    Call,
    HandToTeam,
    RemoveLabel,
    Step,
    read_steps,
)
from cornbread.care import queries as care
from cornbread.foundation.errors import Invalid
from cornbread.team import queries as team
from cornbread.team.models import Member

#: What each step asks of whoever answers for it.
NEEDS: Mapping[str, str] = {
    "assign": "conversation.assign",
    "hand_to_team": "conversation.assign",
    "add_label": "conversation.label",
    "remove_label": "conversation.label",
    "set_priority": "conversation.label",
    "resolve": "conversation.status",
    "reopen": "conversation.status",
    "pend": "conversation.status",
    "snooze": "conversation.status",
    "note": "conversation.note",
    "draft": "conversation.reply",
    "reply": "conversation.reply",
}


def checked_name(raw: str, *, taken: bool) -> str:
    """A name that people can tell from the others."""
    name = " ".join(raw.split())[:80]
    wrong = "Give it a name." if not name else "Another one has this name." if taken else ""
    if wrong:
        raise Invalid(wrong, fields={"name": wrong})
    return name


def checked_steps(raw: Any, *, by: Member) -> tuple[Step, ...]:
    """Steps whose labels, colleagues, teams and systems are there; Invalid names those that not."""
    steps = read_steps(raw)
    wrong = dict(_wrong(steps, by))
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return steps


def _wrong(steps: Sequence[Step], by: Member) -> Any:
    labels = {name.casefold() for name in care.labels(seen_by=by).values_list("name", flat=True)}
    members = set(team.colleagues(seen_by=by).values_list("pk", flat=True))
    teams = set(team.teams(seen_by=by).values_list("pk", flat=True))
    endpoints = set(queries.endpoints(seen_by=by).values_list("pk", flat=True))
    for at, step in enumerate(steps):
        need = NEEDS.get(str(type(step).__struct_config__.tag))
        if need is not None and not by.may(need):
            yield f"steps.{at}.do", "Your role may not do this itself, so a rule of yours may not."
        match step:
            case AddLabel(name) | RemoveLabel(name) if name.casefold() not in labels:
                yield f"steps.{at}.name", f"There is no label “{name}” yet."
            case Assign(int(id_)) if id_ not in members:
                yield f"steps.{at}.member_id", "This colleague is not here any more."
            case HandToTeam(int(id_)) if id_ not in teams:
                yield f"steps.{at}.team_id", "There is no such team any more."
            case Call(id_) if id_ not in endpoints:
                yield f"steps.{at}.endpoint_id", "There is no such system any more."
