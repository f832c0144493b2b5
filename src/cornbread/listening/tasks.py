"""Upkeep of what was heard."""

from cornbread.foundation.jobs import every, job
from cornbread.listening.taking_back import forget_old


@every(seconds=3_600)
@job(queue="maintenance")
def forget_deletions() -> None:
    """Deletions of posts that never came are not remembered for ever."""
    while forget_old():
        pass
