"""The HTTP client: what a request may reach, how long it may take, how much it may bring."""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Self

import httpx
import msgspec

from cornbread import __version__
from cornbread.foundation.http import bodies
from cornbread.foundation.http.addresses import check_url
from cornbread.foundation.http.budget import Budget
from cornbread.foundation.http.lines import LineStream
from cornbread.foundation.http.outcome import judged
from cornbread.foundation.http.redirects import MAX_REDIRECTS, onward
from cornbread.foundation.http.response import Headers, Response
from cornbread.foundation.http.transport import PinnedTransport
from cornbread.foundation.http.trouble import OutcomeUnknown, Refused, TooLarge

Params = Mapping[str, str | int | Sequence[str | int]]
Form = Mapping[str, str | Sequence[str]]

USER_AGENT = f"Cornbread/{__version__}"


class HttpClient:
    """Talks to public addresses only, or with ``local=True`` to loopback and private ones too.

    ``timeout`` is what one step (connecting, one read) may take, in seconds; the deadline of a
    request limits all steps together. Proxies in the environment are ignored: a proxy would
    look names up again, after they were checked. Safe to use from several threads.
    """

    def __init__(
        self,
        timeout: float = 10.0,
        local: bool = False,
        user_agent: str = USER_AGENT,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout = timeout
        # Cookies kept from one answer would be sent along with another customer's request.
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.Client(
            transport=PinnedTransport(local=local, tls=tls),
            headers={"User-Agent": user_agent},
            cookies=jar,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open for later requests."""
        self._client.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
        json: Any = None,
        data: Form | bytes | None = None,
        deadline_s: float = 20.0,
        max_bytes: int = 5_000_000,
        follow_redirects: bool = True,
    ) -> Response:
        """Send a request and read the whole answer; any status is an answer, 500 as well.

        ``json`` is encoded by msgspec, ``data`` is a form or ready bytes. ``max_bytes`` counts
        unpacked bytes. Raises HttpTrouble; its ``sent`` tells whether repeating is safe.
        """
        budget = Budget(deadline_s)
        request = self._build(method, url, headers, params, (json, data), self._steps(deadline_s))
        with judged(budget, request.url.host):
            response = self._send(request, budget, follow_redirects=follow_redirects)
            try:
                content = bodies.within(_pieces(response, max_bytes), max_bytes)
            finally:
                response.close()
        headers_read = Headers(response.headers.multi_items())
        return Response(response.status_code, headers_read, content, str(response.url))

    def stream_lines(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
        idle_timeout_s: float = 90.0,
        max_line_bytes: int = 1_000_000,
    ) -> LineStream:
        """Open an endless answer line by line: ``with client.stream_lines(...) as lines``.

        The head of the answer must come within ``idle_timeout_s``; after that the stream may
        last for ever, as long as it is never silent for longer than that.
        """
        steps = self._steps(idle_timeout_s) | {"read": idle_timeout_s}
        wanted = {"Accept-Encoding": "identity"} | dict(headers or {})
        request = self._build(method, url, wanted, params, (None, None), steps)
        budget = Budget(idle_timeout_s)
        return LineStream(
            request.url.host,
            budget,
            lambda: self._send(request, budget, follow_redirects=True),
            max_line_bytes=max_line_bytes,
        )

    def _steps(self, deadline_s: float) -> dict[str, float]:
        return dict.fromkeys(("connect", "read", "write", "pool"), min(self._timeout, deadline_s))

    def _build(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        params: Params | None,
        payload: tuple[Any, Form | bytes | None],
        steps: dict[str, float],
    ) -> httpx.Request:
        content, form = _body(*payload)
        named = httpx.Headers({"Accept-Encoding": "gzip, deflate"})
        if payload[0] is not None:
            named["Content-Type"] = "application/json"
        try:
            named.update(headers)
            target = httpx.URL(url)
            # Given to httpx as params=, they would replace what the address already asks for.
            if params:
                target = target.copy_merge_params(params)
            extensions = {"timeout": steps}
            return self._client.build_request(
                method, target, headers=named, content=content, data=form, extensions=extensions
            )
        except (httpx.InvalidURL, UnicodeError) as wrong:
            raise Refused(
                "This address, or a value sent with it, cannot be read; please check them."
            ) from wrong

    def _send(
        self, request: httpx.Request, budget: Budget, *, follow_redirects: bool
    ) -> httpx.Response:
        check_url(request.url)
        for _ in range(MAX_REDIRECTS + 1):
            response = self._client.send(request, stream=True)
            if not follow_redirects or response.next_request is None:
                return response
            response.close()
            request = onward(request, response.next_request)
        raise OutcomeUnknown(f"{request.url.host} sent us on too many times.")


def _body(json: Any, data: Form | bytes | None) -> tuple[bytes | None, Form | None]:
    if json is not None:
        return msgspec.json.encode(json), None
    return (data, None) if isinstance(data, bytes) else (None, data)


def _pieces(response: httpx.Response, max_bytes: int) -> Iterator[bytes]:
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > max_bytes and response.request.method != "HEAD":
        raise TooLarge(f"The answer is larger than {max_bytes:,} bytes.")
    return bodies.unpacked(response.iter_raw(), response.headers.get("content-encoding", ""))
