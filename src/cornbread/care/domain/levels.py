"""The level of a conversation: a pure function of its timeline and the workspace's thresholds.

| level | earned when |
|---|---|
| 0 | nobody has answered |
| 1 | first human answer later than ``slow`` |
| 2 | first human answer later than ``quick``, within ``slow`` |
| 3 | first human answer within ``quick``, at whatever hour |
| 4 | 3, then taken to a private message and a completed call |
| 5 | 3, then reached out to on a network the customer had not used in this conversation, through an identity that the brand had linked itself |
| 6 | 3, then served in person: a completed visit, delivery or counter touch |
| 7 | 3 or better, and a gesture that used a memory at least 30 days old |

The highest rung reached counts.
"""  # noqa: E501

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from cornbread.care.domain.lift import KnownMemory, Lift, lifts
from cornbread.care.domain.rungs import Story, Thresholds, read, rungs_above_three
from cornbread.care.domain.timeline import Entry

__all__ = ["MEASURE", "KnownMemory", "LevelResult", "Lift", "Thresholds", "level", "level_of"]

MEASURE = "conversation_level.v1"


class LevelResult(msgspec.Struct, frozen=True):
    """A level with the ids of the entries that earned it, in order.

    ``level`` is None as long as the customer has said nothing: there is nothing to answer.
    """

    level: int | None
    evidence: tuple[int, ...]
    first_message_at: datetime | None
    first_answer_at: datetime | None
    first_response: timedelta | None
    lift: tuple[Lift, ...]


def level(
    entries: Sequence[Entry],
    thresholds: Thresholds,
    *,
    now: datetime | None = None,
    memories: Sequence[KnownMemory] = (),
) -> LevelResult:
    """The level of a timeline, entries in any order, and what would lift it.

    ``now`` and ``memories`` only shape what would lift it, never the level.
    """
    story = read(entries)
    if story.first is None:
        return LevelResult(None, (), None, None, None, ())
    reached, proof = _highest(story, thresholds)
    ids = dict.fromkeys(entry.id for entry in (story.first, *proof))
    return LevelResult(
        level=reached,
        evidence=tuple(ids),
        first_message_at=story.first.at,
        first_answer_at=story.answer.at if story.answer else None,
        first_response=story.first_response,
        lift=lifts(story, reached, thresholds, now, memories),
    )


def level_of(story: Story, thresholds: Thresholds) -> int | None:
    """The level alone, of a story that was read already; None as in ``LevelResult``."""
    return None if story.first is None else _highest(story, thresholds)[0]


def _highest(story: Story, thresholds: Thresholds) -> tuple[int, tuple[Entry, ...]]:
    wait = story.first_response
    if wait is None or story.answer is None:
        return 0, ()
    base = thresholds.level_after(wait)
    best: tuple[int, tuple[Entry, ...]] = (base, ())
    if base == 3:
        best = max([best, *rungs_above_three(story)], key=lambda rung: rung[0])
    return best[0], (story.answer, *best[1])
