"""Refusals: what the product says when it will not do something.

Domain code and actions raise these; only the edges (HTML, API, CLI) know how each is shown.
"""

from collections.abc import Mapping
from typing import ClassVar


class Refusal(Exception):
    """A request that will not be carried out, with a sentence for the person who asked.

    ``code`` is stable and meant for programs, ``message`` is kind and says what to do,
    ``fields`` maps input names to what is wrong with each.
    """

    code: ClassVar[str] = "refused"

    def __init__(
        self, message: str, *, code: str | None = None, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = code or self.code
        self.fields: dict[str, str] = dict(fields or {})


class Invalid(Refusal):
    """The input cannot be used as it is."""

    code = "invalid"


class NotFound(Refusal):
    """There is no such thing, or this reader may not know of it: both look the same."""

    code = "not_found"


class NotAllowed(Refusal):
    """The reader may see the thing but not do this to it."""

    code = "not_allowed"


class Stale(Refusal):
    """The thing changed since the person looked at it; the message says what changed."""

    code = "stale"


class TooMany(Refusal):
    """A limit was reached; the message says which, and when to try again."""

    code = "too_many"


class Overloaded(Refusal):
    """Not now: it can be asked again in a few seconds, and nothing of it was kept."""

    code = "overloaded"
