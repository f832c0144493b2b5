"""The one place that reads the time, so that tests and the demo can move it."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, always with time zone UTC."""
    return datetime.now(UTC)
