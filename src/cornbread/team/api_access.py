"""The door of the API: bearer tokens, each operation naming the scope it needs."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser
from ninja.security import HttpBearer

from cornbread.foundation.errors import Invalid, NotAllowed
from cornbread.team import actions
from cornbread.team.domain.permissions import SCOPES
from cornbread.team.models import Member

T = TypeVar("T")
MOST = 200


class Scoped(HttpBearer):
    """Lets in tokens that hold these scopes; the member behind the token is the reader."""

    def __init__(self, *scopes: str) -> None:
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown or not scopes:
            raise LookupError(f"No such scope: {', '.join(unknown) or 'none given'}")
        super().__init__()
        self.scopes = scopes

    def authenticate(self, request: HttpRequest, token: str) -> Member | None:
        member = actions.member_of_token(token)
        if member is None:
            return None
        lacking = [scope for scope in self.scopes if scope not in (member.token_scopes or ())]
        if lacking:
            raise NotAllowed(
                f"This token lacks the scope {' and '.join(lacking)}. Create one that holds it.",
                fields={"scope": " ".join(lacking)},
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
    rows: Iterable[T], limit: int, place: Callable[[T], Sequence[int]]
) -> tuple[list[T], str | None]:
    """Cut a list that was read one longer than asked for; the cursor says where to go on."""
    rows = list(rows)
    shown, more = rows[:limit], len(rows) > limit
    return shown, encode_cursor(*place(shown[-1])) if more else None


class SoundParser(Parser):
    """Reads input, and refuses characters that no database keeps, wherever they stand."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The JSON of the request."""
        body = super().parse_body(request)
        _require_sound(body)
        return body

    def parse_querydict(
        self, data: MultiValueDict[str, str], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """The parameters behind the question mark."""
        found = super().parse_querydict(data, list_fields, request)
        _require_sound(found)
        return found


def _require_sound(value: object, field: str = "") -> None:
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                message = "NUL characters and halves of characters cannot be kept."
                raise Invalid(message, fields={field or "body": message})
        case dict():
            for name, one in value.items():
                _require_sound(name, field)
                _require_sound(one, str(name))
        case list():
            for one in value:
                _require_sound(one, field)
