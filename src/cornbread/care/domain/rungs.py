"""What a timeline has earned: the facts below the level, and the rungs that were reached.

``levels`` has the table. Calendar time throughout: the customer's clock, not ours.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from cornbread.care.domain.timeline import (
    IN_PERSON,
    ChannelReached,
    Entry,
    EntryKind,
    MemoryUsed,
    Visibility,
    in_order,
)
from cornbread.foundation.errors import Invalid

MEMORY_AGE = timedelta(days=30)
"""How long something must have been remembered before using it is a feat."""


class Thresholds(msgspec.Struct, frozen=True):
    """A workspace's idea of a quick and of a slow first answer; both ends are inclusive."""

    quick: timedelta = timedelta(minutes=30)
    slow: timedelta = timedelta(hours=24)

    def __post_init__(self) -> None:
        if not timedelta(0) < self.quick < self.slow:
            raise Invalid(
                "A quick answer needs a time above zero, and a slow one a longer time.",
                code="thresholds_out_of_order",
                fields={"quick": "above zero", "slow": "longer than quick"},
            )

    def level_after(self, wait: timedelta) -> int:
        """The level of a first human answer that came after this wait."""
        if wait <= self.quick:
            return 3
        return 2 if wait <= self.slow else 1


class Story(msgspec.Struct, frozen=True, gc=False):
    """A timeline in order, with its two turning points.

    ``first`` is the customer's first message, ``answer`` the first human answer at or after
    it. An answer that was deleted later still counted when it was said; what we said before
    the customer first wrote answers nothing.
    """

    entries: tuple[Entry, ...]
    first: Entry | None
    answer: Entry | None

    @property
    def first_response(self) -> timedelta | None:
        """From the customer's first message to the first human answer."""
        if self.first is None or self.answer is None:
            return None
        return self.answer.at - self.first.at

    def since_answer(self) -> tuple[Entry, ...]:
        """What our people and the customer did after the first answer; no automations."""
        if self.answer is None:
            return ()
        after = self.entries[self.entries.index(self.answer) + 1 :]
        return tuple(entry for entry in after if entry.human or entry.inbound)


def read(entries: Sequence[Entry]) -> Story:
    """The story of a timeline whose entries may come in any order."""
    ordered = tuple(in_order(entries))
    first = answer = None
    for entry in ordered:
        if entry.kind is EntryKind.MESSAGE_IN:
            first = entry
            break
    if first is not None and len(ordered) > 1:
        answer = next((e for e in ordered if e.answers and e.at >= first.at), None)
    return Story(ordered, first, answer)


def private_message(story: Story) -> Entry | None:
    """The first private message by either side after the first answer."""
    said = (entry for entry in story.since_answer() if entry.inbound or entry.outbound)
    return next((entry for entry in said if entry.visibility is Visibility.DIRECT), None)


def rungs_above_three(story: Story) -> Iterator[tuple[int, tuple[Entry, ...]]]:
    """The rungs 4 to 7 that the timeline holds, each with the entries that prove it.

    They count for a conversation whose first answer was quick, which is the caller's to check.
    """
    after = story.since_answer()
    private = private_message(story)
    if private is not None:
        later = after[after.index(private) + 1 :]
        call = next((entry for entry in later if entry.kind is EntryKind.CALL_COMPLETED), None)
        if call is not None:
            yield 4, (private, call)
    reached = next((entry for entry in after if _reached_elsewhere(entry, story)), None)
    if reached is not None:
        yield 5, (reached,)
    served = next((entry for entry in after if entry.kind in IN_PERSON), None)
    if served is not None:
        yield 6, (served,)
    # A gesture needs no place in the order: it may be the very words of the first answer.
    remembered = next((entry for entry in story.entries if _remembered(entry)), None)
    if remembered is not None:
        yield 7, (remembered,)


def _reached_elsewhere(entry: Entry, story: Story) -> bool:
    details = entry.details
    if not isinstance(details, ChannelReached) or not details.identity_linked_by_brand:
        return False
    before = story.entries[: story.entries.index(entry)]
    return details.network not in {e.network for e in before if e.inbound}


def _remembered(entry: Entry) -> bool:
    details = entry.details
    if not entry.human or not isinstance(details, MemoryUsed):
        return False
    return is_mature(details.learned_at, entry.at)


def is_mature(learned_at: datetime, at: datetime) -> bool:
    """Whether something learned then has, at this time, been remembered for long enough."""
    return at - learned_at >= MEMORY_AGE
