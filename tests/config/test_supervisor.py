"""The supervised processes live and end as one."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cornbread.config.supervisor import SECOND_THOUGHT_S, describe_end, restart_delay

#: A child that says its process id, notes that it was told to stop, and lives until then.
CALM = """
    import pathlib, sys
    from cornbread.config import lifeline
    stop = lifeline.stop_event()
    place = pathlib.Path(sys.argv[1])
    import os
    (place / f"{sys.argv[2]}.{os.getpid()}").touch()
    stop.wait()
    (place / f"{sys.argv[2]}.stopped").touch()
"""
#: A child that does not listen when told to stop.
STUBBORN = """
    import os, pathlib, signal, sys, time
    from cornbread.config import lifeline
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    lifeline.GRACE_S = 1
    lifeline.hold()
    (pathlib.Path(sys.argv[1]) / f"{sys.argv[2]}.{os.getpid()}").touch()
    time.sleep(60)
"""
BROKEN = "raise SystemExit(3)"

SUPERVISOR = """
    import sys
    from cornbread.config.supervisor import Child, Supervisor
    place, *programs = sys.argv[1:]
    children = [
        Child(f"child {n}", (sys.executable, "-c", program, place, str(n)))
        for n, program in enumerate(programs)
    ]
    Supervisor(children, say=lambda line: print(line, flush=True), grace_s=1.5).run()
    print("all stopped", flush=True)
"""


class Running:
    """A supervisor in a process group of its own, and what its children left in a folder."""

    def __init__(self, place: Path, *programs: str) -> None:
        self.place = place
        self.output = place / "output"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _code(SUPERVISOR), str(place), *map(_code, programs)],
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def pids(self, number: int) -> list[int]:
        """All process ids that this child has had."""
        suffixes = [path.suffix[1:] for path in self.place.glob(f"{number}.*")]
        return sorted(int(suffix) for suffix in suffixes if suffix.isdigit())

    def pid(self, number: int) -> int:
        """The first process id of this child, once it runs."""
        wait_for(lambda: self.pids(number))
        return self.pids(number)[0]

    def said(self) -> str:
        return self.output.read_text()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def run(*programs: str) -> Running:
        started.append(Running(tmp_path, *programs))
        return started[-1]

    yield run
    for one in started:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.wait()


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # An ended process that nobody has waited for yet is still listed, as a zombie.
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return state.stdout.strip()[:1] not in ("", "Z")


def _code(text: str) -> str:
    return textwrap.dedent(text).strip()


def test_a_killed_child_is_started_again(running: Callable[..., Running]) -> None:
    one = running(CALM, CALM)
    first, other = one.pid(0), one.pid(1)
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: len(one.pids(0)) == 2)
    assert "child 0 ended (killed by SIGKILL)" in one.said()
    assert lives(other)
    assert len(one.pids(1)) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_supervisor_stops_all_of_it(
    running: Callable[..., Running], number: signal.Signals
) -> None:
    one = running(CALM, CALM)
    pids = [one.pid(0), one.pid(1)]
    one.process.send_signal(number)
    assert one.process.wait(timeout=5) == 0
    assert not any(lives(pid) for pid in pids)
    assert (one.place / "0.stopped").exists()
    assert (one.place / "1.stopped").exists()
    assert "all stopped" in one.said()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_lets_children_finish_what_they_do(
    running: Callable[..., Running], number: signal.Signals
) -> None:
    one = running(CALM, CALM)
    one.pid(0), one.pid(1)
    os.killpg(one.process.pid, number)
    assert one.process.wait(timeout=5) == 0
    assert (one.place / "0.stopped").exists()
    assert (one.place / "1.stopped").exists()
    assert "ended" not in one.said()


def test_a_child_that_does_not_listen_is_ended_by_force(running: Callable[..., Running]) -> None:
    one = running(STUBBORN, CALM)
    pids = [one.pid(0), one.pid(1)]
    one.process.send_signal(signal.SIGTERM)
    assert one.process.wait(timeout=6) == 0
    assert "Ending by force: child 0." in one.said()
    assert not any(lives(pid) for pid in pids)


def test_a_second_ctrl_c_does_not_wait(running: Callable[..., Running]) -> None:
    one = running(STUBBORN)
    one.pid(0)
    began = time.monotonic()
    one.process.send_signal(signal.SIGINT)
    time.sleep(SECOND_THOUGHT_S + 0.1)
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(timeout=5) == 0
    assert time.monotonic() - began < 1.4


def test_one_ctrl_c_that_arrives_twice_is_one(running: Callable[..., Running]) -> None:
    one = running(CALM)
    one.pid(0)
    os.killpg(one.process.pid, signal.SIGINT)
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(timeout=5) == 0
    assert (one.place / "0.stopped").exists()


def test_children_end_when_their_supervisor_is_killed(running: Callable[..., Running]) -> None:
    one = running(CALM, STUBBORN)
    pids = [one.pid(0), one.pid(1)]
    one.process.kill()
    wait_for(lambda: not any(lives(pid) for pid in pids), seconds=5)
    assert (one.place / "0.stopped").exists()


def test_a_crash_loop_is_named_while_the_others_go_on(running: Callable[..., Running]) -> None:
    one = running(BROKEN, CALM)
    other = one.pid(1)
    wait_for(lambda: "child 0 ended 3 times in a row (exit code 3)" in one.said())
    assert "Next try in 2 s" in one.said()
    assert lives(other)


def test_the_wait_between_restarts_doubles_up_to_a_minute() -> None:
    assert [restart_delay(failures) for failures in (1, 2, 3, 4)] == [0.5, 1, 2, 4]
    assert restart_delay(8) == restart_delay(5_000) == 60


def test_ends_are_told_in_words() -> None:
    assert describe_end(1) == "exit code 1"
    assert describe_end(-9) == "killed by SIGKILL"
    assert describe_end(-63) == "killed by signal 63"
