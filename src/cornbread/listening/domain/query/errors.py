"""Why a query cannot be used, pointing at the character."""

from typing import ClassVar

from cornbread.foundation.errors import Invalid


class QueryError(Invalid):
    """A query that cannot be used: ``length`` characters from ``position`` (0-based) are at fault.

    ``suggestion`` is the whole query as it was probably meant, when that can be guessed.
    """

    code: ClassVar[str] = "invalid_query"

    def __init__(
        self, message: str, *, position: int, length: int, suggestion: str | None = None
    ) -> None:
        super().__init__(message, fields={"query": message})
        self.position = position
        self.length = length
        self.suggestion = suggestion


def fault(
    query: str, start: int, end: int, message: str, *, instead: str | None = None
) -> QueryError:
    """A ``QueryError`` about ``query[start:end]``; ``instead`` is what to put in its place."""
    suggestion = None
    if instead:
        suggestion = query[:start] + instead + query[end:]
    elif instead == "":
        suggestion = f"{query[:start].rstrip()} {query[end:].lstrip()}".strip()
    return QueryError(message, position=start, length=end - start, suggestion=suggestion)
