"""An endless answer, line by line, that another thread can stop."""

from collections.abc import Callable, Iterator
from typing import Self

import httpx

from cornbread.foundation.http import bodies
from cornbread.foundation.http.budget import Budget
from cornbread.foundation.http.outcome import judged
from cornbread.foundation.http.response import Headers
from cornbread.foundation.http.trouble import ConnectFailed, HttpTrouble


class LineStream:
    """``with`` opens the connection, ``for`` gives the lines without their ends.

    Look at ``status`` first: an answer of 401 or 503 has lines as well. The loop ends when the
    server ends the stream or after ``close()``; it raises OutcomeUnknown when the connection
    breaks, DeadlineExceeded after too long a silence, and TooLarge for an endless line.
    """

    def __init__(
        self,
        host: str,
        budget: Budget,
        send: Callable[[], httpx.Response],
        *,
        max_line_bytes: int,
    ) -> None:
        self._host = host
        self._budget = budget
        self._send = send
        self._max_line_bytes = max_line_bytes
        self._response: httpx.Response | None = None

    def __enter__(self) -> Self:
        if self._budget.aborted:
            raise ConnectFailed("This stream was closed before it was opened.")
        with judged(self._budget, self._host):
            self._response = self._send()
        self._budget.lift()
        return self

    def __exit__(self, *_: object) -> None:
        self._budget.release()
        self._opened.close()

    def __iter__(self) -> Iterator[str]:
        return bodies.lines(self._pieces(), self._max_line_bytes)

    @property
    def status(self) -> int:
        return self._opened.status_code

    @property
    def headers(self) -> Headers:
        return Headers(self._opened.headers.multi_items())

    def close(self) -> None:
        """End the stream, from any thread: a loop that waits for the next line ends at once."""
        self._budget.abort()

    @property
    def _opened(self) -> httpx.Response:
        if self._response is None:
            raise RuntimeError("Open the stream with `with` first.")
        return self._response

    def _pieces(self) -> Iterator[bytes]:
        response = self._opened
        encoding = response.headers.get("content-encoding", "")
        unpacked = bodies.unpacked(response.iter_raw(), encoding)
        while True:
            try:
                # Only while reading: the loop body may send requests with budgets of their own.
                with judged(self._budget, self._host):
                    piece = next(unpacked, None)
            except HttpTrouble:
                if self._budget.aborted:
                    return
                raise
            if piece is None:
                return
            yield piece
