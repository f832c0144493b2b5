"""Promises in words: what a policy says, and how a conversation stands by it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cornbread.care.domain.lift import in_words
from cornbread.care.domain.promises import Promise, State, Target
from cornbread.care.measuring import promises_in
from cornbread.care.models import Conversation, Entry, OpenPromise, SlaPolicy
from cornbread.foundation import clock
from cornbread.team.domain import durations

TARGETS: dict[str, str] = {
    Target.FIRST_RESPONSE: "First answer",
    Target.NEXT_RESPONSE: "Next answer",
    Target.RESOLUTION: "Resolution",
}
_STATES: dict[str, str] = {
    State.SOON: "is due soon",
    State.BROKEN: "is late",
    State.PAUSED: "waits for the customer",
    State.RUNNING: "is promised",
}


def goal_words(one: SlaPolicy) -> list[str]:
    """What a policy promises: "First answer within 2 hours of opening hours"."""
    words = []
    for target, label in TARGETS.items():
        seconds = getattr(one, f"{target}_s")
        if seconds is not None:
            ours = " of opening hours" if getattr(one, f"{target}_business") else ""
            words.append(f"{label} within {durations.in_words(seconds)}{ours}")
    return words


def whom(one: SlaPolicy) -> str:
    """For which conversations a policy is."""
    parts = [
        ("on ", [channel.name for channel in one.channels.all()]),
        ("labelled ", [label.name for label in one.labels.all()]),
        ("of priority ", list(one.priorities)),
    ]
    said = [before + " or ".join(names) for before, names in parts if names]
    return "Conversations " + ", ".join(said) if said else "All conversations"


@dataclass(frozen=True)
class Shown:
    """One promise beside a conversation."""

    label: str
    state: str
    due_at: datetime | None
    policy: str = ""
    words: str = ""

    @property
    def sentence(self) -> str:
        """For who cannot see its colour."""
        return f"{self.label} {_STATES[self.state]}"


def in_row(one: Conversation) -> Shown | None:
    """The promise that a row shows; None where nothing is promised."""
    found = OpenPromise.of(one)
    if found is None:
        return None
    # The row may be older than the last look at the clock.
    state = _state_now(found.state, found.warns_at, found.due_at)
    return Shown(TARGETS[found.target], state, found.due_at)


def _state_now(state: str, warns_at: datetime | None, due_at: datetime | None) -> str:
    now = clock.now()
    if due_at is None or state == State.PAUSED:
        return state
    if now > due_at:
        return State.BROKEN.value
    return (State.SOON if warns_at is not None and now > warns_at else State.RUNNING).value


@dataclass(frozen=True)
class Told:
    """Everything that was promised in a conversation: what waits, and what is over."""

    policy: str
    open: tuple[Shown, ...]
    over: tuple[Shown, ...]


def in_thread(one: Conversation, rows: Iterable[Entry]) -> Told | None:
    """What the thread shows above the messages; None where nothing is promised."""
    made = promises_in(one, rows)
    if made is None or not made.promises:
        return None
    waiting = sorted((one for one in made.promises if one.open), key=_due)
    return Told(
        policy=made.policy.name,
        open=tuple(_shown(promise) for promise in waiting),
        over=tuple(_shown(promise) for promise in made.promises if not promise.open),
    )


def _due(one: Promise) -> tuple[bool, datetime]:
    return one.due_at is None, one.due_at or one.began_at


def _shown(one: Promise) -> Shown:
    return Shown(TARGETS[one.target], one.state.value, one.due_at, words=_words(one))


def _words(one: Promise) -> str:
    """How it went: "kept in 12 minutes (promised: 1 hour)"."""
    goal = durations.in_words(one.goal.seconds)
    hours = " of opening hours" if one.goal.business else ""
    used_s = one.business_s if one.goal.business else one.calendar_s
    used = in_words(timedelta(seconds=used_s))
    match one.state:
        case State.KEPT:
            return f"kept in {used}{hours}; promised were {goal}"
        case State.WAIVED:
            return "resolved before it was due"
        case State.BROKEN if one.ended_at is not None:
            return f"broken: it took {used}{hours}; promised were {goal}"
    return f"promised within {goal}{hours}; used up so far: {used}"
