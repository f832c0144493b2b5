"""``/metrics``: what was counted, and how things stand, for Prometheus."""

import hmac
import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cornbread.config.standing import Standing
from cornbread.foundation import metrics
from cornbread.team.access import public

PATH = "/metrics"
#: What proxies add: then the address of the connection says nothing about who asks.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@public("Prometheus has no account; it needs the token, or has to sit on the same machine")
@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Answers with the metrics, or 404 to whoever may not read them."""
    if not _may_read(request):
        return HttpResponseNotFound()
    return HttpResponse(metrics.exposition(Standing()), content_type=_TYPE)


def _may_read(request: HttpRequest) -> bool:
    """With METRICS_TOKEN set, whoever holds it; without it, only this machine itself."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
    return (
        _is_loopback(request.META.get("REMOTE_ADDR", ""))
        and not any(name in request.headers for name in _FORWARDED)
        # Behind a proxy on this machine everybody would come from here.
        and _is_loopback(urlsplit(settings.PUBLIC_URL).hostname or "")
        and _names_this_machine(request)
    )


def _names_this_machine(request: HttpRequest) -> bool:
    """A web page elsewhere can make a browser here ask, but not under one of our names."""
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class MetricsMiddleware:
    """Answers before the host name is looked at: Prometheus asks by number, not by name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == PATH:
            answer: HttpResponse = metrics_page(request)
            return answer
        return self.get_response(request)
