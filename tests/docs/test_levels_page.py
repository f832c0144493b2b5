"""The examples of docs/levels.md earn the level, the lifts and the clock that the page names."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from cornbread.care.domain.clock import ClockState, clock
from cornbread.care.domain.levels import KnownMemory, Thresholds, level
from cornbread.care.domain.timeline import Entry, EntryKind, Status
from tests.care import timelines as t
from tests.docs.pages import DOCS, Block, blocks

PAGE = DOCS / "levels.md"
EXAMPLES = blocks("timeline", PAGE)
_TIME = r"(?:(\d+)d )?(\d+):(\d\d)"

Say = Callable[[re.Match[str], float], Entry]
SAYINGS: dict[str, Say] = {
    r"customer writes( privately)?": lambda m, at: t.said(at, direct=bool(m[1])),
    r"we answer( privately)?": lambda m, at: t.answered(at, direct=bool(m[1])),
    r"automatic reply": lambda m, at: t.answered(at, human=False),
    r"we call": lambda m, at: t.called(at),
    r"we visit": lambda m, at: t.entry(EntryKind.VISIT_COMPLETED, at),
    r"we deliver": lambda m, at: t.entry(EntryKind.DELIVERY_COMPLETED, at),
    r"we reach out by (\w+), linked by us": lambda m, at: t.reached(at, m[1]),
    r"gesture with a memory of (\d+) days": lambda m, at: t.remembered(
        at, age=timedelta(days=int(m[1]))
    ),
    r"we resolve": lambda m, at: t.became(Status.RESOLVED, at),
}


def minutes(found: re.Match[str]) -> float:
    """The first three groups of a match as minutes after the first message."""
    return int(found[1] or 0) * 24 * 60 + int(found[2]) * 60 + int(found[3])


class Example:
    """One block of the page, read."""

    def __init__(self, block: Block) -> None:
        self.entries: list[Entry] = []
        self.memories: list[KnownMemory] = []
        self.now: datetime | None = None
        self.level: int | None = None
        self.lifts: list[tuple[int, str]] = []
        self.clock = ""
        for line in filter(None, map(str.strip, block.text.splitlines())):
            assert self._read(line), f"{block} cannot be read: {line}"

    def _read(self, line: str) -> bool:
        return self._expectation(line) or self._circumstance(line) or self._happening(line)

    def _expectation(self, line: str) -> bool:
        if found := re.fullmatch(r"=> level (\d)", line):
            self.level = int(found[1])
        elif found := re.fullmatch(r"=> lift to (\d): (.+)", line):
            self.lifts.append((int(found[1]), found[2]))
        elif found := re.fullmatch(r"=> clock: (.+)", line):
            self.clock = found[1]
        return found is not None

    def _circumstance(self, line: str) -> bool:
        if found := re.fullmatch(f"look {_TIME}", line):
            self.now = t.at(minutes(found))
        elif found := re.fullmatch(r'we know "(.+)" since (\d+) days', line):
            self.memories.append(KnownMemory(1, found[1], t.START - timedelta(days=int(found[2]))))
        return found is not None

    def _happening(self, line: str) -> bool:
        timed = re.fullmatch(rf"{_TIME}\s+(.+)", line)
        for pattern, make in SAYINGS.items() if timed else ():
            assert timed is not None
            if found := re.fullmatch(pattern, timed[4]):
                self.entries.append(make(found, minutes(timed)))
                return True
        return False

    def expected_clock(self) -> tuple[ClockState, list[datetime]]:
        """The state of the clock and the times that its sentence names."""
        word = self.clock.split()[0]
        state = {
            "answer": ClockState.ANSWER_BY,
            "waiting": ClockState.WAITING,
            "nothing": ClockState.NONE,
        }[word]
        return state, [t.at(minutes(found)) for found in re.finditer(_TIME, self.clock)]


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_an_example_is_true(block: Block) -> None:
    example = Example(block)
    assert example.level is not None or example.clock, "the example says nothing"
    found = level(example.entries, Thresholds(), now=example.now, memories=example.memories)
    if example.level is not None:
        assert found.level == example.level
    if example.lifts:
        assert [(way.level, way.sentence) for way in found.lift] == example.lifts
    if example.clock:
        assert example.now is not None
        shown = clock(example.entries, Thresholds(), example.now)
        times = [shown.due_at] if shown.due_at else [shown.waiting_since, shown.late_at]
        state, expected = example.expected_clock()
        assert (shown.state, [time for time in times if time]) == (state, expected)


def test_there_is_an_example_of_every_level() -> None:
    assert {Example(block).level for block in EXAMPLES} - {None} == set(range(8))
