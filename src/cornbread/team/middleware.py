"""Where refusals become pages: the one place in HTML that knows their status codes."""

from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cornbread.foundation.errors import (
    Invalid,
    NotAllowed,
    NotFound,
    Overloaded,
    Refusal,
    Stale,
    TooMany,
)

STATUS: dict[type[Refusal], int] = {
    Invalid: 422,
    NotFound: 404,
    NotAllowed: 403,
    Stale: 409,
    TooMany: 429,
    Overloaded: 503,
}


def status_of(refusal: Refusal) -> int:
    """The HTTP status that says the same as this refusal."""
    return next((code for kind, code in STATUS.items() if isinstance(refusal, kind)), 422)


class RefusalMiddleware:
    """Shows a Refusal that no view handled: a fragment to htmx, a page to everybody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django calls this for an exception that a view raised."""
        if not isinstance(exception, Refusal):
            return None
        fragment = bool(request.headers.get("HX-Request"))
        template = "team/_refusal.html" if fragment else "team/refusal.html"
        status = status_of(exception)
        context = {"refusal": exception, "status": status}
        response = render(request, template, context, status=status)
        # The page's script shows this as a notice and leaves the screen as it is.
        response.headers["X-Refusal"] = quote(exception.message)
        return response
