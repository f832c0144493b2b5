"""What became of a change, in words."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cornbread.care.actions.changes import UNDO_FOR
from cornbread.care.domain import changes
from cornbread.care.domain.changes import Step, step_of
from cornbread.care.models import Change, Changed, Conversation
from cornbread.foundation import clock
from cornbread.team import queries as team
from cornbread.team.models import Member

#: Conversations that are named one by one; more are only counted.
NAMED = 5
Outcome, State = Changed.Outcome, Change.State


@dataclass(frozen=True)
class Report:
    """A change as its bar shows it. ``kept`` are conversations with why they stay as they are."""

    change: Change
    words: str
    kept: tuple[tuple[Conversation, str], ...]
    more_kept: int
    found: Counter[str]

    @property
    def running(self) -> bool:
        """Whether it is still under way."""
        return self.change.state in (State.RUNNING, State.UNDOING)

    @property
    def undo_until(self) -> datetime | None:
        """Until when it can be taken back; nothing when it cannot."""
        if self.change.state == State.RUNNING:
            return clock.now() + UNDO_FOR
        finished = self.change.finished_at
        undoable = self.change.state == State.DONE and self.found[Outcome.DONE] > 0
        return finished + UNDO_FOR if undoable and finished else None

    @property
    def undo_for(self) -> float:
        """Seconds for which it can still be taken back; nought when it cannot."""
        until = self.undo_until
        return max((until - clock.now()) / timedelta(seconds=1), 0.0) if until else 0.0


def report(change: Change, *, seen_by: Member, named: int = NAMED) -> Report:
    """What became of the change, for the one who made it."""
    found = Counter(change.items.values_list("outcome", flat=True))
    unlike = change.items.filter(outcome__in=(Outcome.REFUSED, Outcome.KEPT)).order_by("pk")
    kept = unlike.select_related("conversation__person", "conversation__identity")[:named]
    some = tuple((one.conversation, one.trouble) for one in kept)
    return Report(
        change,
        _words(change, found, seen_by),
        some,
        found[Outcome.REFUSED] + found[Outcome.KEPT] - len(some),
        found,
    )


def _words(change: Change, found: Counter[str], reader: Member) -> str:
    done, already = participles(step_of(change.step), reader)
    total = change.total
    if change.state == State.RUNNING:
        return f"{total - found[Outcome.WAITING]:,} of {total:,} {done} so far."
    if change.state == State.UNDOING:
        return f"{found[Outcome.TAKEN_BACK]:,} taken back so far."
    if change.state == State.UNDONE:
        return _taken_back(found)
    if total == 1 and found[Outcome.DONE]:
        return f"{done[0].upper()}{done[1:]}."
    said = [f"{found[Outcome.DONE]:,} {done}."] if found[Outcome.DONE] else ["Nothing changed."]
    if found[Outcome.ALREADY]:
        said.append(f"{_were(found[Outcome.ALREADY])} {already}.")
    if found[Outcome.REFUSED]:
        said.append(f"{_were(found[Outcome.REFUSED])} refused.")
    return " ".join(said)


def _taken_back(found: Counter[str]) -> str:
    kept = found[Outcome.KEPT]
    back = f"{found[Outcome.TAKEN_BACK]:,} taken back." if found[Outcome.TAKEN_BACK] else ""
    stay = f"{kept:,} {'stays' if kept == 1 else 'stay'} as {'it is' if kept == 1 else 'they are'}."
    return " ".join(part for part in (back, stay if kept else "") if part) or "Stopped."


def _were(number: int) -> str:
    return f"{number:,} {'was' if number == 1 else 'were'}"


def participles(step: Step, reader: Member) -> tuple[str, str]:
    """What a step does and how it is said of one that stood there before, after “were”."""
    match step:
        case changes.Assign(None):
            return "given back to everybody", "nobody’s already"
        case changes.Assign(int(to)):
            who = "you" if to == reader.pk else _name(to, reader)
            return f"assigned to {who}", f"already assigned to {who}"
        case changes.HandOver(None):
            return "taken back from their team", "in no team already"
        case changes.HandOver(int(to)):
            group = team.teams(seen_by=reader).filter(pk=to).first()
            return f"given to {group or 'a team'}", f"already with {group or 'that team'}"
        case changes.PutLabel(name):
            return f"labelled “{name}”", "labelled so already"
        case changes.TakeLabel(name):
            return f"without “{name}” now", "without this label already"
        case changes.Snooze(until):
            return f"snoozed until {_moment(until, reader)}", "already snoozed until then"
        case changes.Prioritise(to):
            return f"set to {to} priority", f"already of {to} priority"
        case changes.Pend():
            return "waiting for the customer", "already waiting for the customer"
        case changes.Reopen():
            return "open again", "already open"
    return "resolved", "already resolved"


def _name(member_id: int, reader: Member) -> str:
    found = team.colleagues(seen_by=reader).filter(pk=member_id).first()
    return str(found) if found else "a colleague"


def _moment(until: datetime, reader: Member) -> str:
    return f"{until.astimezone(ZoneInfo(reader.workspace.time_zone)):%A, %H:%M}"
