"""What may be carried along when a server sends us on."""

import httpx

from cornbread.foundation.http.addresses import check_url
from cornbread.foundation.http.trouble import Refused

MAX_REDIRECTS = 5

#: Headers that say nothing secret, whoever reads them. Every other one may be a credential
#: (Authorization, Cookie, and whatever name a network gave its key) and stays at its origin.
_HARMLESS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "connection",
        "content-length",
        "content-type",
        "host",
        "if-modified-since",
        "if-none-match",
        "transfer-encoding",
        "user-agent",
    }
)
_PORTS = {"http": 80, "https": 443}


def onward(request: httpx.Request, following: httpx.Request) -> httpx.Request:
    """The next request of a redirect, with nothing in it that is not for the new host.

    Raises Refused for an address that may not be used, for a way from https down to http with
    anything secret in the request, and for a body (it may hold a key) bound for another host.
    """
    check_url(following.url, sent=True)
    if _same_place(request.url, following.url):
        return following
    carries = _carries_secrets(request)
    if request.url.scheme == "https" and following.url.scheme == "http" and carries:
        raise Refused(f"{request.url.host} sent us on to an unprotected address.", sent=True)
    if _has_body(following):
        raise Refused(f"{request.url.host} sent us on to another host.", sent=True)
    for name in [name for name in following.headers if name.lower() not in _HARMLESS]:
        del following.headers[name]
    return following


def _same_place(one: httpx.URL, other: httpx.URL) -> bool:
    """The same origin, or the step from http to https on the same host."""
    if _origin(one) == _origin(other):
        return True
    return _origin(one) == ("http", other.host, 80) and _origin(other)[::2] == ("https", 443)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)


def _carries_secrets(request: httpx.Request) -> bool:
    return _has_body(request) or any(name.lower() not in _HARMLESS for name in request.headers)


def _has_body(request: httpx.Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or (
        "transfer-encoding" in request.headers
    )
