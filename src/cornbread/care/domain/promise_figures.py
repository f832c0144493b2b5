"""How well promises were kept: counts and times, named and versioned like all measures."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from cornbread.care.domain.measures import Times, times
from cornbread.care.domain.promises import Promise, State, Target

MEASURE = "promise_summary.v1"


class Figures(msgspec.Struct, frozen=True):
    """One kind of promise. ``broken`` counts those that still wait for their end as well.

    ``waiting`` are neither kept nor broken yet. The times are of promises that were kept, or
    ended late: by the customer's clock, and by the policy's calendar.
    """

    kept: int
    broken: int
    waived: int
    waiting: int
    calendar: Times
    business: Times


def summary(promises: Iterable[Promise]) -> dict[str, Figures]:
    """The measure ``promise_summary.v1``: figures by target."""
    every = list(promises)
    return {
        target.value: _figures([one for one in every if one.target is target]) for target in Target
    }


def _figures(found: list[Promise]) -> Figures:
    counts = dict.fromkeys(State, 0)
    for one in found:
        counts[one.state] += 1
    done = [one for one in found if not one.open and one.state is not State.WAIVED]
    return Figures(
        kept=counts[State.KEPT],
        broken=counts[State.BROKEN],
        waived=counts[State.WAIVED],
        waiting=counts[State.RUNNING] + counts[State.SOON] + counts[State.PAUSED],
        calendar=times(timedelta(seconds=one.calendar_s) for one in done),
        business=times(timedelta(seconds=one.business_s) for one in done),
    )
