"""The one place that reads the time, so that tests and the demo can move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_stopped: ContextVar[datetime | None] = ContextVar("stopped", default=None)


def now() -> datetime:
    """The present moment, always with time zone UTC."""
    return _stopped.get() or datetime.now(UTC)


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Within this block the clock stands still at ``moment``: for telling of the past."""
    token = _stopped.set(moment)
    try:
        yield
    finally:
        _stopped.reset(token)
