"""A load generator: keep-alive connections that send prepared requests, one after the other each.

    python -m benchmarks.http_load PORT CONNECTIONS < requests > figures

A process of its own, so that it does not share an event loop with what it measures. Requests come
on stdin as frames (4 bytes of length, little endian), figures go out as JSON.
"""

import asyncio
import json
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterator

import uvloop


class Client(asyncio.Protocol):
    """One connection. Reads answers with a content-length only."""

    def __init__(self, requests: Iterator[bytes], figures: "Figures") -> None:
        self._requests = requests
        self._figures = figures
        self._got = b""
        self._sent_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(body) < length:
            return
        self._got = b""
        self._figures.add(int(head[9:12]), time.perf_counter() - self._sent_at)
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server hung up"))

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)  # type: ignore[attr-defined]


class Figures:
    """Answers by status, and how long each took, in seconds."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.times: list[float] = []

    def add(self, status: int, seconds: float) -> None:
        """Count an answer."""
        self.statuses[status] += 1
        self.times.append(seconds)


async def load(port: int, connections: int, requests: list[bytes]) -> dict[str, object]:
    """Send everything as fast as it is answered."""
    loop, figures, queue = asyncio.get_running_loop(), Figures(), iter(requests)
    began = time.perf_counter()
    clients = [
        (await loop.create_connection(lambda: Client(queue, figures), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(one.done for one in clients))
    seconds = time.perf_counter() - began
    ordered = sorted(figures.times)
    return {
        "n": len(ordered),
        "rps": round(len(ordered) / seconds, 1),
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 2),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 2),
        "statuses": dict(figures.statuses),
    }


def _framed(data: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(data):
        (length,) = struct.unpack_from("<I", data, place)
        yield data[place + 4 : place + 4 + length]
        place += 4 + length


def main() -> None:
    port, connections = map(int, sys.argv[1:3])
    requests = list(_framed(sys.stdin.buffer.read()))
    found = uvloop.run(load(port, connections, requests))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
