"""One id and one log line for every request."""

import re
import secrets
import time
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from cornbread.foundation import metrics
from cornbread.foundation.logs import get_logger, request_id

HEADER = "X-Request-ID"
_SAFE = re.compile(r"[A-Za-z0-9_-]{8,64}")

log = get_logger(__name__)

Answer = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def request_id_middleware(
    get_response: Answer,
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Name the request (or take the name a proxy in front gave it) and log how it went.

    The line holds method, route, status and duration; never the path, which may name a person,
    and never the query.
    """
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            begun = _begin(request)
            response: HttpResponseBase = await get_response(request)
            return _finish(request, response, begun)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        begun = _begin(request)
        return _finish(request, get_response(request), begun)

    return answer


def _begin(request: HttpRequest) -> float:
    given = request.headers.get(HEADER, "")
    request_id.set(given if _SAFE.fullmatch(given) else secrets.token_hex(8))
    return time.perf_counter()


def _finish(request: HttpRequest, response: HttpResponseBase, begun: float) -> HttpResponseBase:
    response.headers[HEADER] = request_id.get() or ""
    took_s = time.perf_counter() - begun
    metrics.REQUESTS.labels(f"{response.status_code // 100}xx").inc()
    metrics.REQUEST_SECONDS.observe(took_s)
    match = request.resolver_match
    # Files of the look and feel have no route; they are only worth a line when they fail.
    write = log.info if match or response.status_code >= 400 else log.debug
    write(
        "request",
        method=request.method,
        route=(match.view_name or match.route) if match else None,
        status=response.status_code,
        duration_ms=round(took_s * 1000, 1),
    )
    return response
