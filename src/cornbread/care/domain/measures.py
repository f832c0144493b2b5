"""Measures over many conversations: named, versioned, and the only place that defines them."""

import statistics
from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec

SUMMARY = "conversation_summary.v1"
LEVELS = range(8)


class Times(msgspec.Struct, frozen=True):
    """Median and 90th percentile in seconds over ``n`` spans; None when there are none."""

    median_s: float | None
    p90_s: float | None
    n: int


class Summary(msgspec.Struct, frozen=True):
    """How many conversations reached which level, and how soon the first answers came."""

    conversations: int
    levels: dict[str, int]
    first_response: Times


def summary(levels: Iterable[int | None], first_responses: Iterable[timedelta | None]) -> Summary:
    """The measure ``conversation_summary.v1``; ``msgspec.to_builtins`` gives its JSON form.

    ``levels`` has one value per conversation. None, for one in which the customer has said
    nothing, is not counted, so that the levels add up to ``conversations``. None among
    ``first_responses`` is a conversation that nobody has answered.
    """
    counts = dict.fromkeys(LEVELS, 0)
    for reached in levels:
        if reached is not None:
            counts[reached] += 1
    return Summary(
        conversations=sum(counts.values()),
        levels={str(reached): count for reached, count in counts.items()},
        first_response=times(span for span in first_responses if span is not None),
    )


def times(spans: Iterable[timedelta]) -> Times:
    """Median (the middle, or the mean of the middle two) and 90th percentile of some spans."""
    seconds = sorted(span.total_seconds() for span in spans)
    if not seconds:
        return Times(None, None, 0)
    return Times(statistics.median(seconds), nearest_rank(seconds, 90), len(seconds))


def nearest_rank(ordered: Sequence[float], percent: int) -> float:
    """The ceil(percent/100 * n)-th smallest of ordered values: always one that occurred."""
    # In whole numbers: 0.9 * n in floats can land just above an integer.
    rank = -(-percent * len(ordered) // 100)
    return ordered[max(rank, 1) - 1]
