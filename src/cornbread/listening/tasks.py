"""Upkeep of what was heard."""

from cornbread.foundation.jobs import every, job
from cornbread.listening.holding import forget_held
from cornbread.listening.taking_back import forget_old


@every(seconds=3_600)
@job(queue="maintenance")
def forget_deletions() -> None:
    """Deletions of posts that never came are not remembered for ever."""
    while forget_old():
        pass


@every(seconds=600)
@job(queue="maintenance")
def forget_held_posts() -> None:
    """Posts that hang on one that does not come are not held for ever."""
    while forget_held():
        pass
