"""The level of a conversation in words: what earned it, and what would lift it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cornbread.care.domain.clock import Clock
from cornbread.care.domain.clock import clock as clock_of
from cornbread.care.domain.levels import LevelResult, level
from cornbread.care.domain.lift import KnownMemory, Lift, in_words
from cornbread.care.domain.timeline import EntryKind
from cornbread.care.models import Entry
from cornbread.care.refreshing import entry_value, thresholds_of
from cornbread.care.showing.activity import ICONS
from cornbread.foundation import clock
from cornbread.people.models import Memory
from cornbread.team.models import Workspace

_PROOF: dict[str, str] = {
    EntryKind.MESSAGE_IN: "The customer wrote privately",
    EntryKind.MESSAGE_OUT: "We wrote privately",
    EntryKind.CALL_COMPLETED: "A call was completed",
    EntryKind.CHANNEL_REACHED: "We reached out on another channel",
    EntryKind.VISIT_COMPLETED: "We visited",
    EntryKind.DELIVERY_COMPLETED: "We delivered",
    EntryKind.COUNTER_COMPLETED: "We met at the counter",
    EntryKind.MEMORY_USED: "A memory was used",
}


@dataclass(frozen=True)
class Proof:
    """One entry that earned the level, in words, to jump to."""

    entry_id: int
    icon: str
    words: str


@dataclass(frozen=True)
class Standing:
    """The header of a conversation: level, evidence, ways up, clock."""

    result: LevelResult
    clock: Clock
    summary: str
    proofs: tuple[Proof, ...]
    lifts: tuple[Lift, ...]


def standing(rows: Sequence[Entry], memories: Sequence[Memory], workspace: Workspace) -> Standing:
    """Work the level out, with now and what is remembered shaping the ways up."""
    now = clock.now()
    values = [entry_value(row) for row in rows]
    thresholds = thresholds_of(workspace)
    known = [KnownMemory(one.pk, one.text, one.learned_at) for one in memories]
    result = level(values, thresholds, now=now, memories=known)
    shown = clock_of(values, thresholds, now)
    proofs = _proofs(result, {row.pk: row for row in rows})
    return Standing(result, shown, _summary(result, now), proofs, result.lift)


def _summary(result: LevelResult, now: datetime) -> str:
    if result.first_message_at is None:
        return "We wrote first; there is nothing to answer yet."
    if result.first_response is None:
        return f"Waiting for {in_words(now - result.first_message_at)}."
    if result.first_response.total_seconds() < 1:
        return "Answered at once."
    return f"Answered after {in_words(result.first_response)}."


def _proofs(result: LevelResult, rows: dict[int, Entry]) -> tuple[Proof, ...]:
    found = []
    for number, entry_id in enumerate(result.evidence):
        row = rows[entry_id]
        words = _PROOF.get(row.kind, row.kind)
        if number == 0:
            words = "The first message"
        elif number == 1 and row.kind == EntryKind.MESSAGE_OUT:
            words = "Our first answer"
        icon = ICONS.get(row.kind, "message")
        found.append(Proof(entry_id, icon, words))
    return tuple(found)
