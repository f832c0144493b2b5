"""``cornbread run`` as a person meets it: one command starts, keeps and stops everything."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cornbread.foundation.stream import Connection, parse
from tests.config.test_cli import cornbread
from tests.listening.nats_here import NatsServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

#: Starting is some seconds of imports per process; a busy machine takes a multiple of that.
PATIENCE_S = 60


class Copy:
    """A running copy on a home of its own, on any free port."""

    def __init__(self, home: Path, *options: str, **environment: str) -> None:
        self.home = home
        self.log = home.parent / f"{home.name}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cornbread.config", "run", "--port", "0", *options],
                env={"PATH": os.environ["PATH"], "CORNBREAD_HOME": str(home), **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    @property
    def url(self) -> str:
        """The address in the greeting."""
        self.wait_for(lambda: "Ctrl-C" in self.said())
        found = re.search(r"Open\s+(http://\S+)", self.said())
        assert found, self.said()
        return found[1]

    def status(self) -> int:
        try:
            with urllib.request.urlopen(self.url, timeout=PATIENCE_S) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code

    def children(self) -> dict[str, int]:
        """The processes below the supervisor: name of the command to process id."""
        table = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True)
        rows = [line.split(None, 2) for line in table.stdout.splitlines()]
        ours = [(int(pid), args) for pid, ppid, args in rows if int(ppid) == self.process.pid]
        return {args.split("cornbread.config ")[1].split()[0]: pid for pid, args in ours}

    def stop(self) -> float:
        """Ctrl-C; the seconds until everything had ended."""
        began = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        assert self.process.wait(timeout=PATIENCE_S) == 0
        return time.monotonic() - began


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[Callable[..., Copy]]:
    started: list[Copy] = []

    def start(name: str, *options: str, **environment: str) -> Copy:
        started.append(Copy(tmp_path / name, *options, **environment))
        return started[-1]

    yield start
    for copy in started:
        if copy.process.poll() is None:
            os.killpg(copy.process.pid, signal.SIGKILL)
            copy.process.wait()


def test_one_command_starts_keeps_and_stops_everything(copies: Callable[..., Copy]) -> None:
    copy = copies("home", "--no-demo")
    assert copy.status() < 500
    first = copy.children()
    assert set(first) == {"serve", "listen", "work"}

    os.kill(first["serve"], signal.SIGKILL)
    # No connection is refused meanwhile: the port stays open in the supervisor.
    assert copy.status() < 500
    again = copy.children()
    assert set(again) == {"serve", "listen", "work"}
    assert again["serve"] != first["serve"]
    assert again["work"] == first["work"]

    second = copies("home", "--no-demo")
    assert second.process.wait(timeout=PATIENCE_S) == 2
    assert "already runs" in (copy.home.parent / "home.log").read_text()

    assert copy.stop() < 10
    assert copy.children() == {}


def test_a_second_copy_runs_beside_the_first_and_a_second_start_finds_its_data(
    copies: Callable[..., Copy],
) -> None:
    one, other = copies("one", "--no-demo"), copies("other", "--no-demo")
    assert one.url != other.url
    assert {one.status() < 500, other.status() < 500} == {True}
    key = (one.home / "keys" / "encryption").read_text()
    assert key != (other.home / "keys" / "encryption").read_text()
    assert one.stop() < 10

    again = copies("one", "--no-demo")
    assert again.status() < 500
    assert "Bringing the database up to date" not in again.said()
    assert (one.home / "keys" / "encryption").read_text() == key


def test_when_the_supervisor_is_killed_nothing_is_left_behind(
    copies: Callable[..., Copy],
) -> None:
    copy = copies("home", "--no-demo")
    copy.status()
    pids = copy.children().values()
    copy.process.kill()
    copy.process.wait()

    def gone() -> bool:
        listed = subprocess.run(
            ["ps", "-o", "stat=", "-p", ",".join(map(str, pids))], capture_output=True, text=True
        ).stdout.split()
        return all(state.startswith("Z") for state in listed)

    copy.wait_for(gone)


@pytest.mark.connector
def test_with_a_stream_posts_travel_through_it_and_the_doctor_names_its_state(
    copies: Callable[..., Copy], tmp_path: Path
) -> None:
    with NatsServer(tmp_path) as server:
        copy = copies("home", STREAM_URL=server.url)
        assert copy.status() < 500
        assert set(copy.children()) == {"serve", "listen", "intake", "work"}
        stream = Connection(parse(server.url)).open()

        def passed() -> bool:
            """Something was published, and all of it was taken in."""
            heard = stream.call(stream.jetstream.stream_info("cornbread-heard")).state
            return heard.last_seq > 0 and heard.messages == 0

        copy.wait_for(passed)
        stream.close()
        asked = cornbread(copy.home, "doctor", "--json", STREAM_URL=server.url)
        (found,) = [one for one in json.loads(asked.stdout)["findings"] if one["name"] == "stream"]
        assert (found["state"], found["figures"]["dead"]) == ("ok", 0), asked.stdout
        assert copy.stop() < 15
