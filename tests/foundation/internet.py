"""A pretended internet: public names and addresses whose connections end at a test's servers."""

import socket
import time

import pytest

from cornbread.foundation.http import network
from tests.foundation.servers import Server

PUBLIC = "93.184.216.34"


class Internet:
    """Names with public addresses whose connections really end at servers of this test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.ports: dict[tuple[str, int], int] = {}
        self.lookups: list[str] = []
        self.dialled: list[str] = []
        monkeypatch.setattr(network, "look_up", self.look_up)
        monkeypatch.setattr(network, "dial", self.dial)

    def host(self, name: str, port: int, server: Server, *answers: list[str]) -> None:
        self.names[name] = list(answers or ([PUBLIC],))
        for found in self.names[name]:
            for address in found:
                self.ports[address, port] = server.port

    def look_up(self, host: str, port: int) -> list[str]:
        self.lookups.append(host)
        answers = self.names.get(host, [[host]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def dial(self, address: str, port: int, timeout: float | None) -> socket.socket:
        self.dialled.append(address)
        here = self.ports[address, port]
        return socket.create_connection(("127.0.0.1", here), timeout)


class took_less_than:  # noqa: N801 - reads as a sentence after "with"
    """Fails when the block takes longer: what hangs must not look like what is cut."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        self._begun = time.monotonic()

    def __exit__(self, *_: object) -> None:
        assert time.monotonic() - self._begun < self._seconds
