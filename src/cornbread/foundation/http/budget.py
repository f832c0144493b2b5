"""What one request may spend, and how far it has come.

The socket asks the budget before every single read and write, so a server that sends a byte
now and then cannot stretch a request beyond its deadline.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar


class Budget:
    """The deadline of one request (all its redirects together), and whether any of it was sent."""

    def __init__(self, seconds: float) -> None:
        self._deadline: float | None = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._letting_go = threading.Lock()
        self.sent = False
        self.aborted = False

    @property
    def expired(self) -> bool:
        return self._deadline is not None and time.monotonic() >= self._deadline

    def lift(self) -> None:
        """An endless stream has begun: from here on only idleness counts."""
        self._deadline = None

    def allow(self, timeout: float | None) -> float | None:
        """Seconds that the next step may take; raises TimeoutError when none are left."""
        if self._deadline is None:
            return timeout
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        return left if timeout is None else min(left, timeout)

    def hold(self, connection: socket.socket) -> None:
        """Remember the socket about to be used; raises when ``abort`` came first."""
        self._socket = connection
        if self.aborted:
            raise ConnectionAbortedError("closed")

    def abort(self) -> None:
        """Stop the request from another thread: a blocked read returns at once."""
        self.aborted = True
        with self._letting_go:
            if self._socket is not None:
                # The plain shutdown: the one of SSLSocket would pull the TLS state from under
                # the thread that is reading.
                with suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def release(self) -> None:
        """The connection may go to another request now, which ``abort`` must not hit."""
        with self._letting_go:
            self._socket = None

    @contextmanager
    def active(self) -> Iterator[None]:
        """Within this block, the network operations of this thread are charged to this budget."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: ContextVar[Budget | None] = ContextVar("http_budget", default=None)


def current() -> Budget | None:
    """The budget of the request that this thread is working on."""
    return _current.get()
