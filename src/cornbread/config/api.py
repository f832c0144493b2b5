"""The API at /api/v1: every room brings its router; refusals become problem+json here."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from cornbread.automation.api import router as automation
from cornbread.care.api import router as care
from cornbread.care.canned_api import router as canned
from cornbread.care.many_api import router as many
from cornbread.care.promise_api import router as promises
from cornbread.channels.api import router as channels
from cornbread.config.openapi import DocumentedAPI
from cornbread.config.problems import problem
from cornbread.foundation.errors import Overloaded, Refusal
from cornbread.listening.api import router as listening
from cornbread.outbound.api import router as outbound
from cornbread.people.api import router as people
from cornbread.team.api import router as team
from cornbread.team.api_access import SoundParser
from cornbread.team.middleware import status_of

api = DocumentedAPI(
    title="Cornbread",
    version="1",
    description=(
        "Conversations, people, watches and channels of one workspace. Send a token as "
        "`Authorization: Bearer …`. Errors are problem+json (RFC 9457). Lists are pages: go on "
        "with `cursor` until `next` is null."
    ),
    docs_url=None,
    urls_namespace="api-v1",
    parser=SoundParser(),
)
for router in (
    team,
    channels,
    people,
    listening,
    outbound,
    care,
    many,
    canned,
    promises,
    automation,
):
    api.add_router("", router)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    response = problem(
        status=status_of(refusal),
        code=refusal.reason,
        title="Refused",
        detail=refusal.message,
        fields=refusal.fields,
    )
    if isinstance(refusal, Overloaded):
        response.headers["Retry-After"] = "10"
    return response


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {_field(one): _message(one) for one in error.errors}
    detail = "; ".join(f"{name}: {message}" for name, message in fields.items())
    return problem(status=422, code="invalid", title="Not understood", detail=detail, fields=fields)


def _field(error: dict[str, Any]) -> str:
    """Where the fault is, without the place (body, query) that ninja puts in front."""
    parts = [str(part) for part in error.get("loc", ())]
    return ".".join(part for part in parts[1:] if part != "payload") or "body"


def _message(error: dict[str, Any]) -> str:
    return str(error.get("msg", "")).removeprefix("Value error, ")


@api.exception_handler(AuthenticationError)
def unknown_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = problem(
        status=401,
        title="No valid token",
        detail="Send a token that is neither expired nor revoked: Authorization: Bearer cb_…",
    )
    response.headers["WWW-Authenticate"] = 'Bearer realm="cornbread"'
    return response


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem(status=413, detail="Send at most 5 MB at a time.")


@api.exception_handler(HttpError)
def other_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    cause = error.__cause__
    if isinstance(cause, Refusal):
        return refused(request, cause)
    code = "too_many" if isinstance(error, Throttled) else "invalid"
    return problem(status=error.status_code, code=code, title="Not possible", detail=str(error))
