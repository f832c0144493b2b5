"""One supervisor per home: a second start on the same data says so instead of doubling it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cornbread.foundation.errors import Refusal


class AlreadyRunning(Refusal):
    """Another process holds this home."""

    code = "already_running"


@contextmanager
def held(home: Path) -> Iterator["Lock"]:
    """Hold the home for this process; raises AlreadyRunning, saying who holds it.

    The system lets go of the lock when the process ends, however it ends.
    """
    path = home / "running.lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            file.seek(0)
            raise AlreadyRunning(
                f"Cornbread already runs with the data in {home}: {file.read().strip()}.\n"
                "Stop that one first, or start a second copy beside it:\n"
                "  CORNBREAD_HOME=./var2 PORT=8001 make run"
            ) from busy
        lock = Lock(path)
        lock.note("starting")
        yield lock
        lock.note("stopped")


class Lock:
    """A held lock; what is noted in it is what a second start shows."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, sentence: str) -> None:
        """Say what the holder is doing."""
        self.path.write_text(f"process {os.getpid()}, {sentence}\n", encoding="utf-8")
