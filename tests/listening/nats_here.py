"""A NATS server of a test's own: with its own way of signing in, and one that may be killed."""

import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.servers import free_port

PATIENCE_S = 20.0


class NatsServer:
    """Listens on a free port and keeps its messages in a folder, over any number of starts."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self._program = shutil.which("nats-server") or ""
        if not self._program:
            pytest.skip("nats-server is not installed")
        self._config = folder / "nats.conf"
        store = folder / "nats"
        self._config.write_text(
            f'listen: "127.0.0.1:{self.port}"\njetstream {{ store_dir: "{store}" }}\n{settings}\n'
        )
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "NatsServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen(
            [self._program, "--config", str(self._config)], stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.02)
        raise AssertionError("nats-server does not listen")

    def kill(self) -> None:
        """What a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
