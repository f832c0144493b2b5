"""Errors of the API as RFC 9457 wants them, whoever noticed them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from cornbread.foundation.problems import MEDIA_TYPE, problem_body


def problem(
    *,
    status: int,
    detail: str,
    code: str | None = None,
    title: str | None = None,
    fields: dict[str, str] | None = None,
) -> HttpResponse:
    """An answer that says what went wrong, to programs and to people."""
    body = problem_body(status=status, detail=detail, code=code, title=title, fields=fields)
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE)


class ProblemMiddleware:
    """Answers below /api/ that Django made itself: unknown addresses, wrong methods, crashes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith("/api/") or response.status_code < 400:
            return response
        if response.headers.get("Content-Type") == MEDIA_TYPE:
            return response
        made = problem(status=response.status_code, detail=_sentence(request, response))
        if "Allow" in response.headers:
            made.headers["Allow"] = response.headers["Allow"]
        return made


def _sentence(request: HttpRequest, response: HttpResponse) -> str:
    match response.status_code:
        case 404:
            return "There is nothing at this address. See /api/v1/openapi.json."
        case 405:
            return f"{request.method} is not possible here, but {response.headers['Allow']} is."
        case status if status >= 500:
            return "Something broke on our side; it was logged. Try again in a while."
    return "This request cannot be read."
