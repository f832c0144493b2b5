"""Starting servers for measurements."""

import os
import shutil
import socket
import time
from contextlib import closing


def free_port() -> int:
    """A port that nobody uses now."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_until_up(port: int, within_s: float = 60) -> None:
    """Wait for something to listen there."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        with closing(socket.socket()) as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port} after {within_s:g} s")


def on_core(number: int) -> list[str]:
    """What to put before a command so that it runs on this core only, where that can be said."""
    if shutil.which("taskset") is None or (os.cpu_count() or 1) <= number:
        return []
    return ["taskset", "-c", str(number)]
