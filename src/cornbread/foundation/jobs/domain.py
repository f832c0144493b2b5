"""What becomes of a job: the pure part. No database, no clock, no randomness of its own."""

from dataclasses import dataclass
from datetime import datetime

#: 2 to this power times any sensible base is longer than any cap; it keeps the float finite.
_STEEPEST = 60


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before trying again: doubling from ``base_s`` up to ``cap_s`` seconds."""

    base_s: float = 2.0
    cap_s: float = 900.0

    def ceiling_s(self, attempt: int) -> float:
        """The longest wait in seconds after this many attempts (1 is the first)."""
        return min(self.cap_s, self.base_s * 2.0 ** min(max(attempt, 1) - 1, _STEEPEST))

    def delay_s(self, attempt: int, roll: float) -> float:
        """The wait in seconds; ``roll`` is a random number from 0 to 1 ("full jitter").

        Spreading over the whole span, rather than around its end, gives the fewest collisions:
        https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        """
        return roll * self.ceiling_s(attempt)


class Retry(Exception):
    """Raised by a job that knows when it makes sense to try again.

    With ``counted=False`` the attempt is not held against it: the other side asked us to wait.
    """

    def __init__(self, *, after_s: float, counted: bool = True) -> None:
        super().__init__(f"retry in {after_s:g} s")
        self.after_s = max(0.0, after_s)
        self.counted = counted


class GiveUp(Exception):
    """Raised by a job that cannot ever succeed; ``reason`` is a short stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Again:
    """The job is to be tried again in ``after_s`` seconds."""

    after_s: float
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Dead:
    """The job will not be tried again, unless a person replays it."""


def after_failure(
    error: BaseException,
    *,
    final: bool,
    attempts: int,
    max_attempts: int,
    backoff: Backoff,
    roll: float,
) -> Again | Dead:
    """Decide what follows an error. ``final`` says that trying again cannot help.

    ``attempts`` includes the one that just failed.
    """
    if final:
        return Dead()
    if isinstance(error, Retry) and not error.counted:
        return Again(error.after_s, counted=False)
    if attempts >= max_attempts:
        return Dead()
    if isinstance(error, Retry):
        return Again(error.after_s)
    return Again(backoff.delay_s(attempts, roll))


class WorkerDied(Exception):
    """Recorded for a job whose worker died, or stopped giving signs of life, while it ran."""


def period_of(moment: datetime, seconds: int) -> int:
    """The number of the period of so many seconds, counted from 1970, that holds the moment."""
    return int(moment.timestamp() // seconds)
