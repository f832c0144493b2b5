"""Opening hours as they are written down: for each weekday, blocks such as ["09:00", "17:30"]."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from cornbread.foundation.errors import Invalid

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_BLOCKS = 8

Stored = Mapping[str, Sequence[Sequence[str]]]
Blocks = dict[int, list[tuple[time, time]]]


def hours_of(stored: Stored) -> Blocks:
    """The hours from their stored form, which ``stored_hours`` made."""
    return {int(day): [_block(one) for one in blocks] for day, blocks in stored.items()}


def stored_hours(given: Mapping[int | str, Sequence[Sequence[str]]]) -> dict[str, list[list[str]]]:
    """Hours that somebody gave, in the form to store; ``Invalid`` says what is wrong on which day.

    A block that ends at 00:00 lasts to midnight, and one that ends before it begins into the next
    day. Days without blocks are left out.
    """
    wrong: dict[str, str] = {}
    found: dict[str, list[list[str]]] = {}
    for key, blocks in given.items():
        if str(key) not in map(str, range(7)):
            raise Invalid("A week has the days 0 (Monday) to 6.", fields={"weekly": "0 to 6"})
        try:
            read = sorted(_block(one) for one in blocks)
        except (ValueError, TypeError):
            wrong[f"day_{key}"] = "Write times as 09:00."
            continue
        if trouble := _trouble(read):
            wrong[f"day_{key}"] = trouble
        elif read:
            found[str(key)] = [[f"{one:%H:%M}" for one in block] for block in read]
    if wrong:
        day, first = next(iter(wrong.items()))
        name = DAYS[int(day.removeprefix("day_"))]
        raise Invalid(f"{name}: {first}", code="wrong_hours", fields=wrong)
    if not found:
        message = "A calendar needs opening hours on at least one day."
        raise Invalid(message, code="calendar_without_hours", fields={"weekly": message})
    return dict(sorted(found.items()))


def _block(given: Any) -> tuple[time, time]:
    first, last = given
    return _clock(first), _clock(last)


def _clock(given: str) -> time:
    found = time.fromisoformat("00:00" if given == "24:00" else given)
    if found.tzinfo or found.second or found.microsecond:
        raise ValueError("opening hours are in whole minutes")
    return found


def _trouble(blocks: Sequence[tuple[time, time]]) -> str:
    if len(blocks) > MOST_BLOCKS:
        return f"At most {MOST_BLOCKS} blocks a day."
    if any(first == last != time(0) for first, last in blocks):
        return "A block has to end later than it begins."
    return ""


def in_words(stored: Stored) -> str:
    """The week in a line: Mon–Fri 09:00–17:00, Sat 10:00–14:00."""
    runs: list[tuple[int, int, str]] = []
    for day in range(7):
        said = ", ".join("–".join(block) for block in stored.get(str(day), ()))
        if said and runs and runs[-1][1] == day - 1 and runs[-1][2] == said:
            runs[-1] = (runs[-1][0], day, said)
        elif said:
            runs.append((day, day, said))
    return "; ".join(f"{_span(first, last)} {said}" for first, last, said in runs)


def _span(first: int, last: int) -> str:
    return DAYS[first][:3] if first == last else f"{DAYS[first][:3]}–{DAYS[last][:3]}"
