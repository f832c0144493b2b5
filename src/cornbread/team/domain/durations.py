"""Lengths of time as people set them: a number and a unit."""

from enum import StrEnum


class Unit(StrEnum):
    """The units that a threshold can be given in."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"

    @property
    def seconds(self) -> int:
        """How many seconds one of these has."""
        return {Unit.MINUTES: 60, Unit.HOURS: 3_600, Unit.DAYS: 86_400}[self]


def in_units(seconds: int) -> tuple[int, Unit]:
    """The length in the largest unit that shows it exactly; a single day is 24 hours."""
    if seconds % Unit.DAYS.seconds == 0 and seconds > Unit.DAYS.seconds:
        return seconds // Unit.DAYS.seconds, Unit.DAYS
    if seconds % Unit.HOURS.seconds == 0:
        return seconds // Unit.HOURS.seconds, Unit.HOURS
    return max(1, round(seconds / Unit.MINUTES.seconds)), Unit.MINUTES


def in_words(seconds: int) -> str:
    """The length as people say it: 30 minutes, 1 hour, 2 days."""
    number, unit = in_units(seconds)
    return f"{number} {unit.value if number != 1 else unit.value[:-1]}"
