"""Why a line of an import was left out: a stable code and a sentence for the person."""

from enum import StrEnum

import msgspec


class Reason(StrEnum):
    """Codes of rejected lines; programs count by them."""

    EMPTY_ID = "empty_id"
    DAMAGED_ID = "damaged_id"
    EMPTY_AUTHOR = "empty_author"
    TOO_LONG = "too_long"
    BAD_DATE = "bad_date"
    AMBIGUOUS_DATE = "ambiguous_date"
    BAD_INBOUND = "bad_inbound"
    BAD_VISIBILITY = "bad_visibility"
    NOT_TEXT = "not_text"
    TOO_FEW_COLUMNS = "too_few_columns"
    TOO_MANY_COLUMNS = "too_many_columns"
    BROKEN_QUOTES = "broken_quotes"
    TOO_LARGE = "too_large"
    BAD_JSON = "bad_json"
    NUL = "nul"
    ENCODING = "encoding"


class RejectedLine(msgspec.Struct, frozen=True):
    """A record that was left out. ``line`` is where it starts, counted from 1."""

    line: int
    reason: Reason
    sentence: str


class Unusable(Exception):
    """Raised while one record is converted; becomes a RejectedLine."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence

    def at(self, line: int) -> RejectedLine:
        """The same trouble with its place in the file."""
        return RejectedLine(line, self.reason, self.sentence)


def shown(value: str) -> str:
    """A value as it may stand in a sentence: short and on one line."""
    short = value if len(value) <= 40 else value[:39] + "…"
    return "“" + " ".join(short.split()) + "”"
