"""How old a memory is, and when using it is more than good manners."""

from datetime import datetime, timedelta

#: A gesture that uses a memory at least so old earns level 7; see care.domain.rungs.
RIPE_AFTER = timedelta(days=30)


def age_in_days(learned_at: datetime, now: datetime) -> int:
    """Whole days since something was learned."""
    return max(0, (now - learned_at) // timedelta(days=1))


def ripe(learned_at: datetime, now: datetime) -> bool:
    """Whether the memory is old enough for level 7."""
    return now - learned_at >= RIPE_AFTER


def ripe_in_days(learned_at: datetime, now: datetime) -> int:
    """After how many days it will be old enough, rounded up; 0 when it is."""
    return max(0, -((now - learned_at - RIPE_AFTER) // timedelta(days=1)))
