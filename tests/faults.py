"""A small HTTP proxy that misbehaves on request, in front of a real server.

It can answer in the server's place before the request is forwarded (the server never sees it) or
after (the server did the work and its answer is lost), cut the connection, delay, and drop live
streams. Standard library only, so that any test of a network may use it.
"""

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_NOT_FORWARDED = {"connection", "host", "transfer-encoding", "content-length", "accept-encoding"}


@dataclass
class Fault:
    """What happens to the next ``times`` requests whose method and path fit."""

    status: int | None = None
    after: bool = False
    delay_s: float = 0.0
    times: int = 1
    method: str = ""
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b'{"error": "made up by the test"}'

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and path.startswith(self.path) and method.startswith(self.method)


class FaultProxy:
    """Use in a ``with`` block; ``url`` is where clients connect."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self.requests: list[tuple[str, str]] = []
        self._faults: list[Fault] = []
        self._streams: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "FaultProxy":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.drop_streams()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, status: int, **rest: Any) -> None:
        """Answer with this status; with ``after=True`` the server has done the work before."""
        self._faults.append(Fault(status=status, **rest))

    def cut(self, **rest: Any) -> None:
        """Break the connection without an answer; ``after=True`` once the work is done."""
        self._faults.append(Fault(**rest))

    def delay(self, seconds: float, **rest: Any) -> None:
        """Wait before going on as usual."""
        self._faults.append(Fault(status=0, delay_s=seconds, **rest))

    def heal(self) -> None:
        """From now on nothing goes wrong."""
        self._faults.clear()

    @property
    def open_streams(self) -> int:
        """How many live streams run through the proxy at this moment."""
        return len(self._streams)

    def drop_streams(self) -> None:
        """Break all live streams that are open."""
        with self._lock:
            for client in self._streams:
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)

    def seen(self, method: str, path: str) -> int:
        """How many such requests arrived here."""
        return sum(1 for one in self.requests if one[0] == method and one[1].startswith(path))

    def take_fault(self, method: str, path: str) -> Fault | None:
        """The fault for this request, if any, with one use less."""
        with self._lock:
            self.requests.append((method, path))
            found = next((each for each in self._faults if each.fits(method, path)), None)
            if found is not None:
                found.times -= 1
            return found

    @contextlib.contextmanager
    def streaming(self, client: socket.socket) -> Iterator[None]:
        """Count this connection among the live streams."""
        with self._lock:
            self._streams.add(client)
        try:
            yield
        finally:
            with self._lock:
                self._streams.discard(client)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: FaultProxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken connections are what this proxy is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.proxy.take_fault(self.command, self.path)
        if fault is None:
            self._forward(body)
            return
        if fault.delay_s:
            time.sleep(fault.delay_s)
        if fault.status == 0:
            self._forward(body)
            return
        if fault.after:
            self._ask_server(body)[1].read()
        if fault.status is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(
            fault.status, {"Content-Type": "application/json", **fault.headers}, fault.body
        )

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _handle  # noqa: N815

    def _ask_server(self, body: bytes) -> tuple[http.client.HTTPConnection, Any]:
        target = self.server.proxy.target
        upstream = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _NOT_FORWARDED}
        upstream.request(self.command, self.path, body or None, headers)
        return upstream, upstream.getresponse()

    def _forward(self, body: bytes) -> None:
        upstream, answer = self._ask_server(body)
        try:
            headers = {k: v for k, v in answer.getheaders() if k.lower() not in _NOT_FORWARDED}
            if answer.getheader("content-type", "").startswith("text/event-stream"):
                self._relay(upstream, answer, headers)
            else:
                self._answer(answer.status, headers, answer.read())
        finally:
            upstream.close()

    def _relay(
        self, upstream: http.client.HTTPConnection, answer: Any, headers: Mapping[str, str]
    ) -> None:
        self.close_connection = True
        with self.server.proxy.streaming(self.connection):
            self._head(answer.status, {**headers, "Connection": "close"})
            with contextlib.suppress(OSError):
                while piece := answer.read1(65536):
                    self.wfile.write(piece)

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self._head(status, {**headers, "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
