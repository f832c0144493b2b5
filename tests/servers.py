"""Real servers of networks for tests, started by the test run itself on this machine.

Import the fixture into a conftest or a test module: ``from tests.servers import mastodon_server``.
"""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

_CONFIG = """
domain = "127.0.0.1:{port}"
url_scheme = "http"

[server]
host = "127.0.0.1"
port = {port}

[database]
path = ":memory:"

[[seed.accounts]]
username = "brand"
display_name = "The Brand"
access_token = "tok_brand"

[[seed.accounts]]
username = "cust"
display_name = "A Customer"
access_token = "tok_cust"

[[seed.accounts]]
username = "other"
access_token = "tok_other"

[streaming]
heartbeat_seconds = 1
"""


#: The server takes this followed by a name as the code that its OAuth page would give.
_CODE = "mockcode_"


@dataclass
class Person:
    """Somebody with an account on the server, who uses another app than ours."""

    url: str
    token: str

    def call(self, method: str, path: str, **rest: Any) -> Any:
        """One request; raises for anything but success."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = _client().request(method, self.url + path, headers=headers, **rest)
        answer.raise_for_status()
        return answer.json()

    def says(self, text: str, **rest: Any) -> dict[str, Any]:
        """Post a status."""
        status: dict[str, Any] = self.call(
            "POST", "/api/v1/statuses", json={"status": text, **rest}
        )
        return status

    def edits(self, status_id: str, text: str) -> None:
        """Change a status."""
        self.call("PUT", f"/api/v1/statuses/{status_id}", json={"status": text})

    def deletes(self, status_id: str) -> None:
        """Take a status back."""
        self.call("DELETE", f"/api/v1/statuses/{status_id}")

    def thread_below(self, status_id: str) -> list[dict[str, Any]]:
        """All answers below a status."""
        found: dict[str, list[dict[str, Any]]] = self.call(
            "GET", f"/api/v1/statuses/{status_id}/context"
        )
        return found["descendants"]

    def me(self) -> dict[str, Any]:
        """The account itself."""
        account: dict[str, Any] = self.call("GET", "/api/v1/accounts/verify_credentials")
        return account


@dataclass
class MastodonServer:
    """A running Mastodon API server with three accounts: brand, cust and other."""

    url: str
    brand_token: str = "tok_brand"
    cust_token: str = "tok_cust"
    other_token: str = "tok_other"

    @property
    def brand(self) -> Person:
        """The brand, using an app of its own."""
        return Person(self.url, self.brand_token)

    @property
    def cust(self) -> Person:
        """A customer."""
        return Person(self.url, self.cust_token)

    @property
    def other(self) -> Person:
        """Somebody else."""
        return Person(self.url, self.other_token)

    def forget_everything(self) -> None:
        """Back to three accounts that never said a word."""
        _client().post(f"{self.url}/api/v1/_mock/reset").raise_for_status()

    def brand_again(self) -> str:
        """A new token of the brand: its owner lets an app in, as in the OAuth flow."""
        data = {"grant_type": "authorization_code", "code": f"{_CODE}brand"}
        answer = _client().post(f"{self.url}/oauth/token", data=data).raise_for_status()
        return str(answer.json()["access_token"])

    def revoke(self, token: str) -> None:
        """What the instance does when a person withdraws an app's access."""
        _client().post(f"{self.url}/oauth/revoke", data={"token": token}).raise_for_status()


@cache
def _client() -> httpx.Client:
    """One client for all people: making one is slower than what it is used for."""
    return httpx.Client(trust_env=False, verify=False, timeout=20)


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running_mastodon(folder: Path) -> Iterator[MastodonServer]:
    """Start the server with a configuration written to ``folder``, and stop it afterwards."""
    command = Path(sys.executable).with_name("mastodon_mock")
    if not command.exists():
        pytest.skip("mastodon_mock is not installed; it comes with the development requirements")
    port = free_port()
    config = folder / "mastodon.toml"
    config.write_text(_CONFIG.format(port=port))
    with (folder / "mastodon.log").open("w") as log:
        process = subprocess.Popen(
            [command, "serve", "--config", config, "--log-level", "warning"],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
        try:
            server = MastodonServer(f"http://127.0.0.1:{port}")
            _wait_until_it_answers(server.url, process, folder / "mastodon.log")
            yield server
        finally:
            _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """An open live stream would keep it from ending politely, so it is not waited for long."""
    process.terminate()
    try:
        process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_it_answers(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            if _client().get(f"{url}/api/v1/instance").status_code == 200:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"the Mastodon server did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def mastodon_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MastodonServer]:
    """One server for the whole run; starting it takes more than a second."""
    with running_mastodon(tmp_path_factory.mktemp("mastodon")) as server:
        yield server


@pytest.fixture
def mastodon_server(mastodon_process: MastodonServer) -> MastodonServer:
    """The server, with nothing said on it yet."""
    mastodon_process.forget_everything()
    return mastodon_process
