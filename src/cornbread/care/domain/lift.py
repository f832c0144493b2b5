"""What would raise the level of a conversation, as sentences for the person who can do it."""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from cornbread.care.domain.rungs import MEMORY_AGE, Story, Thresholds, is_mature, private_message


class KnownMemory(msgspec.Struct, frozen=True):
    """Something remembered about the person, in words such as "loves cornbread"."""

    id: int
    text: str
    learned_at: datetime


class Lift(msgspec.Struct, frozen=True):
    """One way up: the level it reaches, a stable code, a sentence, and the time it ends at."""

    code: str
    level: int
    sentence: str
    until: datetime | None = None
    memory_id: int | None = None


def lifts(
    story: Story,
    level: int,
    thresholds: Thresholds,
    now: datetime | None = None,
    memories: Sequence[KnownMemory] = (),
) -> tuple[Lift, ...]:
    """Everything that would still raise a conversation that stands at ``level``.

    Nothing raises a first answer that came too late for level 3; that conversation is told.
    Without ``now`` the time that is left is not named.
    """
    if story.first is None:
        return ()
    if story.answer is None:
        return (_answer(story.first.at, thresholds, now),)
    if level < 3:
        return ()
    ways = _ways_up(story, now, memories)
    return tuple(way for way in ways if way.level > level)


def _answer(first_at: datetime, thresholds: Thresholds, now: datetime | None) -> Lift:
    quick, slow = first_at + thresholds.quick, first_at + thresholds.slow
    if now is None:
        time = in_words(thresholds.quick)
        sentence = f"Answer within {time} of the first message to reach level 3."
        return Lift("answer", 3, sentence, until=quick)
    level = thresholds.level_after(now - first_at)
    if level == 1:
        sentence = "Answer with an apology and the reason for the delay to reach level 1."
        return Lift("answer_late", 1, sentence)
    until = quick if level == 3 else slow
    sentence = f"Answer within {in_words(until - now)} to reach level {level}."
    return Lift("answer", level, sentence, until=until)


def _ways_up(story: Story, now: datetime | None, memories: Sequence[KnownMemory]) -> Iterator[Lift]:
    if private_message(story) is None:
        yield Lift(
            "take_private_and_call", 4, "Take it to a private message and a call to reach level 4."
        )
    else:
        yield Lift("call", 4, "Call the customer about it to reach level 4.")
    yield Lift(
        "reach_second_channel",
        5,
        "Reach out on another channel that you know is theirs to reach level 5.",
    )
    yield Lift(
        "serve_in_person",
        6,
        "Help in person, with a visit, a delivery or at the counter, to reach level 6.",
    )
    yield from _memories(now, memories)


def _memories(now: datetime | None, memories: Sequence[KnownMemory]) -> Iterator[Lift]:
    known = sorted(memories, key=lambda memory: (memory.learned_at, memory.id))
    if not known:
        yield Lift(
            "remember",
            7,
            "Write down what they like: a gesture that shows, 30 days on, that you remembered "
            "reaches level 7.",
        )
    for memory in known:
        fact = memory.text.strip().rstrip(".")
        if now is None or is_mature(memory.learned_at, now):
            sentence = f"You know this about them: {fact}. Use it to reach level 7."
            yield Lift("use_memory", 7, sentence, memory_id=memory.id)
        else:
            days = math.ceil((memory.learned_at + MEMORY_AGE - now) / timedelta(days=1))
            left = in_words(timedelta(days=days))
            sentence = f"You know this about them: {fact}. Use it in {left} to reach level 7."
            yield Lift("keep_memory", 7, sentence, memory_id=memory.id)


def in_words(time: timedelta) -> str:
    """A span such as "5 hours 3 minutes", rounded down so that nobody is promised too much."""
    minutes, seconds = divmod(max(int(time.total_seconds()), 0), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    spans = (
        ((days, "day"), (hours, "hour")),
        ((hours, "hour"), (minutes, "minute")),
        ((minutes, "minute"),),
        ((seconds, "second"),),
    )
    for span in spans:
        if span[0][0]:
            return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in span if n)
    return "a second"
