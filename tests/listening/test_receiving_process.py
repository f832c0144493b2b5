"""The receiving process itself: killed at any moment, it loses nothing that it said yes to."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

from cornbread.foundation import spool
from cornbread.listening.domain.envelope import unpack
from tests.listening.receiving_here import body_of, post, signed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
RUN = (sys.executable, "-m", "cornbread.config")
CONNECT = """
from cornbread.config.cli.loading import load_product
load_product()
from cornbread.channels import actions
from cornbread.channels.registry import network
from cornbread.team.actions import create_workspace
from cornbread.team.domain.actors import SYSTEM
found = network("webhook").connect({"name": "Shop"}, local=False)
actions.keep("webhook", found, workspace_id=create_workspace("Kite").pk, by=SYSTEM)
print(found.address, found.secret["signing"])
"""
COUNT = """
from cornbread.config.cli.loading import load_product
load_product()
from cornbread.care.models import Conversation
from cornbread.listening.models import Mention
ids = list(Mention.objects.values_list("external_id", flat=True))
assert len(ids) == len(set(ids))
print(*sorted(ids))
"""


class Copy:
    """An installation of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {"PATH": os.environ["PATH"], "CORNBREAD_HOME": str(home)}
        self.environment |= {
            name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ
        }
        subprocess.run([*RUN, "prepare", "--no-demo"], env=self.environment, check=True)
        self.key, self.secret = self.script(CONNECT).split()
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]

    def script(self, text: str) -> str:
        command = [sys.executable, "-c", text]
        return subprocess.run(
            command, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    @contextmanager
    def running(self, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
        process = subprocess.Popen([*RUN, *command], env=self.environment)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def serving(self) -> AbstractContextManager["subprocess.Popen[bytes]"]:
        return self.running("serve", "--port", str(self.port))

    def send(self, id_: str) -> bool:
        """Whether the server said that it has the post."""
        body = body_of(post(id_))
        url = f"http://127.0.0.1:{self.port}/in/{self.key}"
        try:
            answer = httpx.post(url, content=body, headers=signed(body, self.secret), timeout=10)
        except httpx.TransportError:
            return False
        return answer.status_code == 202

    def spooled(self) -> set[str]:
        """External ids of everything that waits; read from a copy, which nobody deals with."""
        aside = self.home.parent / "looked-at"
        shutil.copytree(self.home / "spool", aside)
        found: set[str] = set()
        for directory in spool.directories(aside):
            reader = spool.SpoolReader(directory, lambda *_: None)
            while portion := reader.read():
                for record in portion.records:
                    found |= {one.external_id for one in unpack(record).batch.posts}
                reader.move(portion.after)
        return found


def until(condition: Callable[[], object], within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_what_was_accepted_survives_kill_9_and_is_taken_in_once(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "home")
    accepted: set[str] = set()
    for round_ in range(2):
        with copy.serving() as server:
            until(lambda: copy.send("hello"))
            accepted.add("hello")
            for number in range(15):
                name = f"{round_}-{number}"
                if copy.send(name):
                    accepted.add(name)
                if number == 11:
                    os.kill(server.pid, signal.SIGKILL)
    assert len(accepted) > 20
    assert accepted <= copy.spooled()
    # The one who takes in is killed too, wherever it happens to be.
    with copy.running("listen"):
        time.sleep(1.2)
    with copy.running("listen"):
        until(lambda: set(copy.script(COUNT).split()) >= accepted)
