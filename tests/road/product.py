"""The real product as processes of their own, and the ways in which the world outside meets it.

Only what a customer, a colleague's browser, a program with a token and the operator of the
machine can do is done here: nothing of the product is imported.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.road.live import Live
from tests.servers import free_port

#: Starting is some seconds of imports per process; a busy machine takes a multiple of that.
PATIENCE_S = 60.0
OWNER = "ona@kite.example"
PASSWORD = "a warm basket of bread"
SLUG = "red-kite-rail"
SCOPES = (
    "conversations:read",
    "conversations:write",
    "channels:read",
    "channels:write",
    "watches:read",
    "watches:write",
    "people:read",
    "mentions:write",
)


def wait_for(
    look: Callable[[], Any], what: str, within_s: float = 15.0, *, every_s: float = 0.05
) -> Any:
    """What ``look`` finds, as soon as it finds anything."""
    until = time.monotonic() + within_s
    while True:
        if found := look():
            return found
        if time.monotonic() > until:
            raise AssertionError(f"not within {within_s:g} seconds: {what}")
        time.sleep(every_s)


class Product:
    """Web server, listener and worker on a home of their own, on any free port."""

    def __init__(self, home: Path, database_url: str = "") -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self.environment = {
            **kept,
            "CORNBREAD_HOME": str(home),
            "CORNBREAD_LOCAL_CHANNELS": "1",
            "PORT": str(self.port),
        }
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        self.browser = httpx.Client(base_url=self.url, trust_env=False, timeout=30)
        self.api = httpx.Client(base_url=f"{self.url}/api/v1", trust_env=False, timeout=30)

    def __enter__(self) -> "Product":
        self.cornbread("migrate")
        for name in ("serve", "listen", "work"):
            self.start(name)
        self.answers_again()
        self._set_up()
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=15)
            child.kill()
            child.wait()
        self.browser.close()
        self.api.close()

    def cornbread(self, *arguments: str) -> str:
        """Run one command to its end; what it printed."""
        command = [sys.executable, "-m", "cornbread.config", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE_S * 2
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def start(self, name: str) -> None:
        """Start one of the processes: serve, listen or work."""
        with self._log(name).open("a") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, "-m", "cornbread.config", name],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kill(self, name: str) -> None:
        """What the system does to a process that took too much memory: no time for anything."""
        self.children[name].send_signal(signal.SIGKILL)
        self.children[name].wait()

    def answers_again(self) -> None:
        """Wait for the web server."""
        wait_for(self._answers, "the web server", PATIENCE_S)

    def said(self) -> str:
        """What the processes had to complain about lately."""
        logs = (self._log(name) for name in ("serve", "listen", "work"))
        lines = [line for log in logs if log.exists() for line in log.read_text().splitlines()]
        return "\n".join([line for line in lines if '"level":"info"' not in line][-30:])

    def ask(self, method: str, path: str, **rest: Any) -> Any:
        """One request to the API; raises for anything but success."""
        answer = self.api.request(method, path, **rest)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json() if answer.content else None

    def live(self, last_event_id: str = "") -> Live:
        """What an open browser page is told; use in a ``with`` block."""
        return Live(f"{self.url}/w/{SLUG}/live", self.browser.cookies, last_event_id)

    def _log(self, name: str) -> Path:
        return self.home.parent / f"{self.home.name}.{name}.log"

    def _answers(self) -> bool:
        dead = [name for name, child in self.children.items() if child.poll() is not None]
        assert not dead, f"{dead} ended: {self.said()}"
        with contextlib.suppress(httpx.HTTPError):
            return self.browser.get("/api/v1/openapi.json").status_code == 200
        return False

    def _set_up(self) -> None:
        """First run and sign-in as in a browser, and a token as the operator makes one."""
        owner = {"name": "Ona Weld", "email": OWNER, "password": PASSWORD}
        self.post_form("/welcome/", brand="Red Kite Rail", **owner)
        self.browser.cookies.clear()
        self.post_form("/accounts/login/", login=OWNER, password=PASSWORD)
        assert "cornbread" in self.browser.cookies, "signing in gave no session"
        scopes = [part for scope in SCOPES for part in ("--scope", scope)]
        made = self.cornbread(
            "token", "create", "--workspace", SLUG, "--member", OWNER, "--json", *scopes
        )
        self.api.headers["Authorization"] = f"Bearer {json.loads(made)['secret']}"

    def post_form(self, path: str, **fields: str) -> httpx.Response:
        """Open a page with a form and send it."""
        page = self.browser.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code} {page.text[:500]}"
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert found, f"no form on {path}"
        data = {**fields, "csrfmiddlewaretoken": found[1]}
        answer = self.browser.post(path, data=data, headers={"Referer": self.url + path})
        assert answer.status_code == 302, f"{path}: {answer.status_code} {answer.text[:2000]}"
        return answer


@contextlib.contextmanager
def own_database(server_url: str, name: str) -> Iterator[str]:
    """A database on a PostgreSQL server, dropped in the end; gives its address."""
    import psycopg

    with psycopg.connect(f"{server_url}/postgres", autocommit=True, connect_timeout=5) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{server_url}/{name}"
        finally:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
