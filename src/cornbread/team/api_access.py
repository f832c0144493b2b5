"""The door of the API: bearer tokens, each operation naming the scope it needs."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from cornbread.foundation.errors import Invalid, NotAllowed
from cornbread.team import actions
from cornbread.team.domain.permissions import SCOPES
from cornbread.team.models import Member

T = TypeVar("T")
MOST = 200


class Scoped(HttpBearer):
    """Lets in tokens that hold this scope; the member behind the token is the reader."""

    def __init__(self, scope: str) -> None:
        if scope not in SCOPES:
            raise LookupError(f"No such scope: {scope}")
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Member | None:
        member = actions.member_of_token(token)
        if member is None:
            return None
        if self.scope not in (member.token_scopes or ()):
            raise NotAllowed(
                f"This token lacks the scope {self.scope}. Create one that holds it.",
                fields={"scope": self.scope},
            )
        return member


def reader(request: HttpRequest) -> Member:
    """The member on whose behalf an API operation runs."""
    return cast(Member, cast(Any, request).auth)


def encode_cursor(*values: int | str) -> str:
    """An opaque place in a list."""
    return base64.urlsafe_b64encode(":".join(map(str, values)).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, parts: int) -> list[int] | None:
    """The numbers of a cursor; None for an empty one, Invalid for anything we did not make."""
    if not cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        numbers = [int(part) for part in text.split(":")]
    except (ValueError, binascii.Error, UnicodeDecodeError) as wrong:
        raise _wrong_cursor() from wrong
    if len(numbers) != parts or any(abs(number) >= 2**63 for number in numbers):
        raise _wrong_cursor()
    return numbers


def _wrong_cursor() -> Invalid:
    message = "Use the cursor exactly as the previous page gave it."
    return Invalid(message, fields={"cursor": message})


def page_of(
    rows: Sequence[T], limit: int, place: Callable[[T], Sequence[int]]
) -> tuple[list[T], str | None]:
    """Cut a list that was read one longer than asked for; the cursor says where to go on."""
    shown = list(rows[:limit])
    more = len(rows) > limit and bool(shown)
    return shown, encode_cursor(*place(shown[-1])) if more else None
