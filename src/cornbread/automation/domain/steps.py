"""What a rule or a macro does: an ordered list of typed steps."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from cornbread.automation.domain.facts import Names
from cornbread.care.domain.timeline import Priority
from cornbread.foundation.errors import Invalid

MOST_STEPS = 12
LONGEST_SNOOZE_H = 24 * 90


class Assign(msgspec.Struct, frozen=True, tag="assign", tag_field="do"):
    """Give it to a colleague; None takes it from whoever had it."""

    member_id: int | None = None


class HandToTeam(msgspec.Struct, frozen=True, tag="hand_to_team", tag_field="do"):
    """Give it to a team; None takes it back."""

    team_id: int | None = None


class AddLabel(msgspec.Struct, frozen=True, tag="add_label", tag_field="do"):
    """Put a label on."""

    name: str


class RemoveLabel(msgspec.Struct, frozen=True, tag="remove_label", tag_field="do"):
    """Take a label off."""

    name: str


class SetPriority(msgspec.Struct, frozen=True, tag="set_priority", tag_field="do"):
    """How much it matters."""

    priority: str


class Resolve(msgspec.Struct, frozen=True, tag="resolve", tag_field="do"):
    """The customer is helped."""


class Reopen(msgspec.Struct, frozen=True, tag="reopen", tag_field="do"):
    """Back among what is to be done."""


class Pend(msgspec.Struct, frozen=True, tag="pend", tag_field="do"):
    """It is the customer's turn."""


class Snooze(msgspec.Struct, frozen=True, tag="snooze", tag_field="do"):
    """Out of sight for some hours."""

    hours: float


class WriteNote(msgspec.Struct, frozen=True, tag="note", tag_field="do"):
    """A private note."""

    text: str


class PutDraft(msgspec.Struct, frozen=True, tag="draft", tag_field="do"):
    """A draft for whoever has the conversation; a person sends it, or does not."""

    text: str


class Reply(msgspec.Struct, frozen=True, tag="reply", tag_field="do"):
    """An answer that is sent at once. It never counts as a human answer."""

    text: str
    mode: str = "public"


class Call(msgspec.Struct, frozen=True, tag="webhook", tag_field="do"):
    """Tell another system."""

    endpoint_id: int


Step = (
    Assign
    | HandToTeam
    | AddLabel
    | RemoveLabel
    | SetPriority
    | Resolve
    | Reopen
    | Pend
    | Snooze
    | WriteNote
    | PutDraft
    | Reply
    | Call
)

#: What each step is called, in the order in which they are offered.
WORDS: Mapping[str, str] = {
    "assign": "Give it to a colleague",
    "hand_to_team": "Give it to a team",
    "add_label": "Put a label on",
    "remove_label": "Take a label off",
    "set_priority": "Set its priority",
    "resolve": "Resolve it",
    "reopen": "Open it again",
    "pend": "Wait for the customer",
    "snooze": "Snooze it",
    "note": "Write a private note",
    "draft": "Put a draft into the composer",
    "reply": "Send an answer",
    "webhook": "Tell another system",
}
#: The one value that each step asks for; the others ask for none.
ASKS: Mapping[str, str] = {
    "assign": "member_id",
    "hand_to_team": "team_id",
    "add_label": "name",
    "remove_label": "name",
    "set_priority": "priority",
    "snooze": "hours",
    "note": "text",
    "draft": "text",
    "reply": "text",
    "webhook": "endpoint_id",
}


def stored(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Steps as plain JSON values."""
    return [msgspec.to_builtins(one) for one in steps]


def read_steps(raw: Any, *, wanted: bool = True) -> tuple[Step, ...]:
    """Steps from plain values; Invalid names every field that is wrong: ``steps.1.text``."""
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) > MOST_STEPS:
        raise _invalid({"steps": f"Give a list of at most {MOST_STEPS} steps."})
    wrong: dict[str, str] = {}
    found = [_step(one, f"steps.{at}", wrong) for at, one in enumerate(raw)]
    if not found and wanted:
        wrong["steps"] = "Add at least one step: what is to be done?"
    if wrong:
        raise _invalid(wrong)
    return tuple(one for one in found if one is not None)


def _step(raw: Any, path: str, wrong: dict[str, str]) -> Step | None:
    raw = dict(raw) if isinstance(raw, Mapping) else {}
    kind = str(raw.get("do", ""))
    if kind not in WORDS:
        wrong[f"{path}.do"] = f"Choose one of: {', '.join(WORDS)}."
        return None
    asked = ASKS.get(kind)
    values: dict[str, Any] = {"do": kind}
    try:
        if asked is not None:
            values[asked] = _READ[asked](raw.get(asked), kind)
    except ValueError as trouble:
        wrong[f"{path}.{asked}"] = str(trouble)
        return None
    if kind == "reply":
        values["mode"] = raw.get("mode") or "public"
        if values["mode"] not in ("public", "direct"):
            wrong[f"{path}.mode"] = "Choose public or direct."
            return None
    read: Step = msgspec.convert(values, Step)
    return read


def _id(raw: Any, kind: str) -> int | None:
    if raw in (None, "", 0, "0"):
        if kind == "webhook":
            raise ValueError("Choose which system to tell.")
        return None
    if not str(raw).isdecimal() or int(raw) >= 2**63:
        raise ValueError("Choose one from the list.")
    return int(raw)


def _name(raw: Any, _kind: str) -> str:
    name = " ".join(str(raw or "").split())[:60]
    if not name:
        raise ValueError("Choose a label.")
    return name


def _priority(raw: Any, _kind: str) -> str:
    if raw not in set(Priority):
        raise ValueError(f"Choose one of {', '.join(Priority)}.")
    return str(raw)


def _text(raw: Any, _kind: str) -> str:
    text = str(raw or "").strip()
    if not text:
        raise ValueError("Write some words.")
    if len(text) > 10_000:
        raise ValueError("Write at most 10,000 characters.")
    return text


def _span(raw: Any, _kind: str) -> float:
    try:
        hours = float(str(raw).replace(",", "."))
    except ValueError:
        hours = 0
    if not 0 < hours <= LONGEST_SNOOZE_H:
        raise ValueError(f"Write for how many hours, up to {LONGEST_SNOOZE_H:,}.")
    return hours


_READ: Mapping[str, Callable[[Any, str], Any]] = {
    "member_id": _id,
    "team_id": _id,
    "endpoint_id": _id,
    "name": _name,
    "priority": _priority,
    "text": _text,
    "hours": _span,
}


def _invalid(wrong: dict[str, str]) -> Invalid:
    return Invalid(next(iter(wrong.values())), fields=wrong)


def in_words(step: Step, names: Names) -> str:
    """A step as people say it: "give it to Ana"."""
    match step:
        case Assign(None):
            return "take it from whoever has it"
        case Assign(int(member_id)):
            return f"give it to {names.members.get(member_id, 'somebody who left')}"
        case HandToTeam(None):
            return "take it back from its team"
        case HandToTeam(int(team_id)):
            return f"give it to team {names.teams.get(team_id, 'of old')}"
        case AddLabel(name):
            return f"label it “{name}”"
        case RemoveLabel(name):
            return f"take off the label “{name}”"
        case SetPriority(priority):
            return f"set its priority to {priority}"
        case Snooze(hours):
            return f"snooze it for {hours:g} hour{'' if hours == 1 else 's'}"
        case WriteNote(text):
            return f"note “{_short(text)}”"
        case PutDraft(text):
            return f"draft “{_short(text)}”"
        case Reply(text, mode):
            return f"answer {'privately' if mode == 'direct' else 'in public'} “{_short(text)}”"
        case Call(endpoint_id):
            return f"tell {names.endpoints.get(endpoint_id, 'a system that is gone')}"
        case Resolve() | Reopen() | Pend():
            return WORDS[type(step).__struct_config__.tag].lower()  # type: ignore[index]
    raise TypeError(f"No such step: {step!r}")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:59] + "…"
