"""What a check has to say about a draft."""

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """Block keeps a draft from being sent; warn asks for a second look."""

    BLOCK = "block"
    WARN = "warn"


class Finding(msgspec.Struct, frozen=True):
    """One remark on the text from ``start`` up to ``end`` (in characters of the draft)."""

    code: str
    severity: Severity
    message: str
    start: int
    end: int
    suggestions: tuple[str, ...] = ()
