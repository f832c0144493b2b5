"""Reads a stream in a thread of its own, so that the listener can also look at the clock."""

import queue
import threading

from cornbread.channels.domain.trouble import Unreachable
from cornbread.foundation.http import HttpTrouble, LineStream

#: Lines that wait at most; when full, the server's own buffers fill, which is as it should be.
MOST_WAITING = 2_000


class LinePump:
    """Use in a ``with`` block inside the stream's own: leaving it closes the stream."""

    def __init__(self, lines: LineStream) -> None:
        self._lines = lines
        self._waiting: queue.Queue[str] = queue.Queue(MOST_WAITING)
        self._ended = threading.Event()
        self._closing = threading.Event()
        self._why = "The live stream ended."
        self._thread = threading.Thread(target=self._run, name="mastodon-stream", daemon=True)

    def __enter__(self) -> "LinePump":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._lines.close()
        self._thread.join(timeout=5)

    def take(self, timeout_s: float) -> list[str]:
        """The lines that wait or come within the time; raises Unreachable after the last."""
        lines: list[str] = []
        try:
            lines.append(self._waiting.get(timeout=timeout_s))
            while len(lines) < MOST_WAITING:
                lines.append(self._waiting.get_nowait())
        except queue.Empty:
            if not lines and self._ended.is_set() and self._waiting.empty():
                raise Unreachable(self._why) from None
        return lines

    def _run(self) -> None:
        try:
            for line in self._lines:
                if not self._put(line):
                    return
        except HttpTrouble as trouble:
            self._why = f"The live stream broke off: {trouble.message}"
        finally:
            self._ended.set()

    def _put(self, line: str) -> bool:
        while not self._closing.is_set():
            try:
                self._waiting.put(line, timeout=0.5)
                return True
            except queue.Full:
                continue
        return False
