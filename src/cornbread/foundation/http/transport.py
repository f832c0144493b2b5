"""httpx on top of httpcore with our own connections beneath."""

import ssl
from collections.abc import Iterator
from functools import cache
from typing import cast

import httpcore
import httpx

from cornbread.foundation.http.network import PinnedBackend

# Servers commonly close idle connections after 5 seconds or more. A request that meets a
# connection just being closed has an unknown outcome, so we let go first.
KEEPALIVE_S = 4.0


@cache
def _default_tls() -> ssl.SSLContext:
    """Trusts the usual authorities. Kept, because loading them all takes tens of milliseconds."""
    return httpx.create_ssl_context(trust_env=False)


class PinnedTransport(httpx.BaseTransport):
    """Connections by origin, each pinned to an address that was checked; HTTP/1.1, no retries."""

    def __init__(self, *, local: bool, tls: ssl.SSLContext | None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or _default_tls(),
            # Every open stream holds a connection; how many there are is for its callers to say.
            max_connections=None,
            max_keepalive_connections=20,
            keepalive_expiry=KEEPALIVE_S,
            retries=0,
            network_backend=PinnedBackend(local=local),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Errors of httpcore pass through as they are."""
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=cast(httpx.SyncByteStream, request.stream),
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close the connections that no request is using."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
