"""The fields that a condition can ask about: their kinds, their words, and how each is read."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from cornbread.automation.domain.facts import Facts
from cornbread.care.domain.timeline import Priority

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Kind(StrEnum):
    """How a field is compared, and what its value is."""

    CHOICE = "choice"
    ID = "id"
    LABELS = "labels"
    LANGUAGE = "language"
    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    TIME = "time"


#: What can be asked about a field of each kind, and in which words.
OPERATORS: Mapping[Kind, Mapping[str, str]] = {
    Kind.CHOICE: {"is": "is", "is_not": "is not"},
    Kind.ID: {"is": "is", "is_not": "is not"},
    Kind.LABELS: {"is": "include", "is_not": "do not include"},
    Kind.LANGUAGE: {"is": "is", "is_not": "is not"},
    Kind.NUMBER: {"at_least": "is at least", "at_most": "is at most"},
    Kind.TEXT: {
        "contains": "contains",
        "contains_not": "does not contain",
        "matches": "matches the query",
        "matches_not": "does not match the query",
    },
    Kind.FLAG: {"is": "is"},
    Kind.TIME: {"between": "is between", "outside": "is outside of"},
}


class Field(msgspec.Struct, frozen=True):
    """One field. ``choices`` are the values and their words, where there are only some."""

    name: str
    label: str
    kind: Kind
    read: Callable[[Facts], Any]
    choices: Mapping[str, str] = {}
    refers_to: str = ""
    help: str = ""


def _words(*values: str) -> dict[str, str]:
    return {value: value.capitalize() for value in values}


_ALL = (
    Field("text", "What is said", Kind.TEXT, lambda facts: facts.post),
    Field("labels", "Labels", Kind.LABELS, lambda facts: facts.labels),
    Field("channel", "Channel", Kind.ID, lambda facts: facts.channel_id, refers_to="channels"),
    Field(
        "network",
        "Network",
        Kind.CHOICE,
        lambda facts: facts.network,
        help="The kind of network, such as mastodon.",
    ),
    Field(
        "visibility",
        "Said",
        Kind.CHOICE,
        lambda facts: facts.visibility,
        {"public": "In public", "direct": "Privately"},
    ),
    Field(
        "side",
        "Said by",
        Kind.CHOICE,
        lambda facts: "us" if facts.from_us else "customer",
        {"customer": "The customer", "us": "Us"},
    ),
    Field("language", "Language", Kind.LANGUAGE, lambda facts: facts.language, help="Such as de."),
    Field(
        "status",
        "Status",
        Kind.CHOICE,
        lambda facts: facts.status,
        _words("open", "pending", "snoozed", "resolved"),
    ),
    Field(
        "priority",
        "Priority",
        Kind.CHOICE,
        lambda facts: facts.priority,
        _words(*Priority),
    ),
    Field(
        "assignee", "Given to", Kind.ID, lambda facts: facts.assignee_id or 0, refers_to="members"
    ),
    Field("team", "Team", Kind.ID, lambda facts: facts.team_id or 0, refers_to="teams"),
    Field("level", "Level", Kind.NUMBER, lambda facts: facts.level, help="From 0 to 7."),
    Field("waiting_hours", "Hours waited", Kind.NUMBER, lambda facts: facts.waiting_hours),
    Field("followers", "Followers", Kind.NUMBER, lambda facts: facts.followers),
    Field("first_contact", "First contact", Kind.FLAG, lambda facts: facts.first_contact),
    Field("bot", "Written by a bot", Kind.FLAG, lambda facts: facts.bot),
    Field("late", "Heard late", Kind.FLAG, lambda facts: facts.late),
    Field(
        "weekday",
        "Day of the week",
        Kind.CHOICE,
        lambda facts: WEEKDAYS[facts.local.weekday()],
        _words(*WEEKDAYS),
    ),
    Field(
        "time",
        "Time of day",
        Kind.TIME,
        lambda facts: facts.local.time(),
        help="In the brand's own time, such as 22:00-06:00.",
    ),
)
FIELDS: Mapping[str, Field] = {field.name: field for field in _ALL}
