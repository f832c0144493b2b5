"""The address the web server listens on, and whether it answers there."""

import http.client
import socket
import time

from cornbread.config.hosts import outside_url
from cornbread.foundation.errors import Refusal

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104


class PortTaken(Refusal):
    """Another program listens on the wanted port."""

    code = "port_taken"


def listen(host: str, port: int, *, patience_s: float = 2.0) -> socket.socket:
    """Open the listening socket; raises PortTaken with a free port to use instead.

    Waits a moment first: a copy that was just ended by force may still be letting go.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return _bind(host, port)
        except OSError as error:
            if time.monotonic() >= deadline or isinstance(error, socket.gaierror):
                raise _refusal(host, port, error) from error
        time.sleep(0.1)


def public_url(host: str, port: int) -> str:
    """The address a person opens: CORNBREAD_URL where it is set, otherwise the local one.

    Raises AddressUnusable.
    """
    name = _reachable(host)
    local = f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
    return outside_url() or local


def answer(host: str, port: int, *, timeout_s: float = 2.0) -> int | None:
    """The HTTP status of the health check, or None while nothing answers."""
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=timeout_s)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _reachable(host: str) -> str:
    return _EVERYWHERE.get(host, host)


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        # Listening from here on: while the web server restarts, browsers wait in this queue.
        opened.listen(512)
    except OSError:
        opened.close()
        raise
    return opened


def _refusal(host: str, port: int, error: OSError) -> Refusal:
    if isinstance(error, socket.gaierror):
        return Refusal(f"There is no network address called {host} on this machine.")
    if isinstance(error, PermissionError):
        return Refusal(f"Port {port} is reserved for the system. Choose one above 1023, as PORT=.")
    free = _free_port(host, port)
    return PortTaken(
        f"Another program already listens on port {port}. Stop it, or choose another port:\n"
        f"  make run PORT={free}"
    )


def _free_port(host: str, taken: int) -> int:
    for port in range(taken + 1, min(taken + 50, 65536)):
        try:
            _bind(host, port).close()
        except OSError:
            continue
        return port
    return 0
