"""How much each channel brings. The room that counts posts says so; this one only shows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cornbread.team.models import Member

HOURS = 24
_HIGH = 24


@dataclass(frozen=True)
class Volume:
    """Posts of the last 24 hours, oldest hour first; ``kept`` of them mattered to a watch or us."""

    by_hour: tuple[int, ...]
    kept: int

    @property
    def heard(self) -> int:
        """All of them."""
        return sum(self.by_hour)

    def bars(self) -> list[tuple[int, int, int]]:
        """The chart: left edge, top and height of each hour's bar, in a box 24 high."""
        most = max(self.by_hour, default=0)
        heights = [max(1, round(_HIGH * one / most)) if one else 1 for one in self.by_hour]
        return [(4 * at, _HIGH - height, height) for at, height in enumerate(heights)]


Counter = Callable[[Member], Mapping[int, Volume]]
_counters: list[Counter] = []


def counted_by(counter: Counter) -> Counter:
    """Register the function that says, for a reader, what each channel (by id) brought."""
    _counters[:] = [counter]
    return counter


def volumes(*, seen_by: Member) -> Mapping[int, Volume]:
    """The volume of every channel that brought anything; empty where nobody counts."""
    seen_by.require("channel.read")
    return _counters[0](seen_by) if _counters else {}
