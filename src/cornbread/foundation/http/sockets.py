"""A connected socket as httpcore wants it, which asks the request's budget before every step."""

import select
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

from cornbread.foundation.http.budget import current


class SocketStream(httpcore.NetworkStream):
    """Reads and writes one TCP or TLS connection, and notes when a request begins to leave."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most ``max_bytes`` of what the server sent; empty when it has finished."""
        with _as_httpcore(httpcore.ReadTimeout, httpcore.ReadError):
            self._prepare(timeout)
            return self._socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it. Only requests are written here: the TLS handshake is not."""
        with _as_httpcore(httpcore.WriteTimeout, httpcore.WriteError):
            rest = memoryview(buffer)
            while rest:
                self._prepare(timeout, sending=True)
                rest = rest[self._socket.send(rest) :]

    def close(self) -> None:
        """Give the connection back to the system."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same connection inside TLS, the certificate checked for ``server_hostname``."""
        with _as_httpcore(httpcore.ConnectTimeout, httpcore.ConnectError):
            try:
                inside = ssl_context.wrap_socket(
                    self._socket, server_hostname=server_hostname, do_handshake_on_connect=False
                )
                self._socket = inside
                self._prepare(timeout)
                inside.do_handshake()
            except BaseException:
                self.close()
                raise
            return self

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks about a connection; None for everything else."""
        if info == "socket":
            return self._socket
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        if info == "is_readable":
            return self._is_readable()
        return None

    def _prepare(self, timeout: float | None, *, sending: bool = False) -> None:
        budget = current()
        if budget is not None:
            budget.hold(self._socket)
            timeout = budget.allow(timeout)
            # Before the call, because a call that fails may have sent a part.
            budget.sent = budget.sent or sending
        self._socket.settimeout(timeout)

    def _is_readable(self) -> bool:
        """An idle connection with something to read has been closed by the server."""
        if self._socket.fileno() < 0:
            return True
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))


@contextmanager
def _as_httpcore(late: type[Exception], failed: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as problem:
        raise late(problem) from problem
    except OSError as problem:
        raise failed(problem) from problem
