"""Connections for httpcore that go to the address that was checked, and nowhere else."""

import queue
import socket
import threading
from collections.abc import Iterable

import httpcore

from cornbread.foundation.http import addresses
from cornbread.foundation.http.budget import current
from cornbread.foundation.http.sockets import SocketStream
from cornbread.foundation.http.trouble import Refused

SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order in which the system would try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def dial(address: str, port: int, timeout: float | None) -> socket.socket:
    """Connect to one address, given in digits, so that no name is looked up again."""
    connection = socket.create_connection((address, port), timeout)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class PinnedBackend(httpcore.NetworkBackend):
    """Looks a name up once, checks every address it has, and connects to one of just those.

    TLS and the Host header keep the name: httpcore adds them above this layer. A pooled
    connection stays with the address it was checked for, and the pool belongs to one client,
    so local and other connections never mix.
    """

    def __init__(self, *, local: bool) -> None:
        self._local = local

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect; raises Refused, or httpcore.ConnectError and ConnectTimeout."""
        try:
            found = _look_up_in_time(host, port, _time_left(timeout))
            for address in found:
                self._check(host, address)
            return SocketStream(_first_that_answers(found, port, timeout))
        except TimeoutError as late:
            raise httpcore.ConnectTimeout from late
        except (OSError, UnicodeError) as failed:
            raise httpcore.ConnectError from failed

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """Never: no address on the network leads to a socket file."""
        raise Refused("Socket files cannot be connected to.")

    def _check(self, host: str, address: str) -> None:
        if not addresses.is_allowed(addresses.parse(address), local=self._local):
            raise Refused(f"{host} is not on the public internet, so it cannot be connected to.")


def _first_that_answers(found: list[str], port: int, timeout: float | None) -> socket.socket:
    problem: OSError = OSError("no address")
    for tried, address in enumerate(found):
        left = _time_left(timeout)
        # One silent address must not use up the time of those after it.
        share = None if left is None else left / (len(found) - tried)
        try:
            return dial(address, port, share)
        except OSError as failed:
            problem = failed
    raise problem


def _time_left(timeout: float | None) -> float | None:
    budget = current()
    return timeout if budget is None else budget.allow(timeout)


def _look_up_in_time(host: str, port: int, timeout: float | None) -> list[str]:
    """The system's resolver knows no timeout, so it is asked in a thread that may be left behind.

    Such a thread ends by itself when the resolver gives up.
    """
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(look_up(host, port))
        except Exception as failed:  # handed over to the thread that waits for the answer
            answers.put(failed)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty as late:
        raise TimeoutError("look-up") from late
    if isinstance(answer, Exception):
        raise answer
    return answer
