"""Keeps a few processes running as one: starts them, restarts what ends, stops them together."""

import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from cornbread.config import lifeline

#: A child that lived this long was well: its next end starts the counting anew.
WELL_AFTER_S = 30.0
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 60.0
#: So many ends in a row are called a crash loop.
LOOP_AFTER = 3
#: Ctrl-C again after this long is a person who does not want to wait.
SECOND_THOUGHT_S = 0.3

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def restart_delay(failures: int) -> float:
    """Seconds to wait after this many ends in a row (1 is the first): doubling up to a minute."""
    return min(FIRST_DELAY_S * 2.0 ** min(failures - 1, 30), LONGEST_DELAY_S)


@dataclass
class Child:
    """One process to keep running. ``name`` is for people: "web server"."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    failures: int = 0


class Supervisor:
    """Runs children until SIGINT, SIGTERM or SIGHUP, then ends them within ``grace_s`` seconds.

    All stay in the supervisor's own process group, so that a signal to the group reaches all.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        say: Callable[[str], None],
        environment: Mapping[str, str] | None = None,
        inherited: Sequence[int] = (),
        grace_s: float = lifeline.GRACE_S,
    ) -> None:
        self.children = children
        self.say = say
        self.environment = dict(os.environ if environment is None else environment)
        self.inherited = tuple(inherited)
        self.grace_s = grace_s
        self._asked = 0
        self._asked_at = 0.0

    def run(self, started: Callable[[], None] = lambda: None) -> None:
        """Start all children, call ``started`` once, and return when all have been stopped."""
        with lifeline.thrown() as rope, self._signals() as wake:
            self.environment[lifeline.VARIABLE] = str(rope)
            self.inherited = (*self.inherited, rope)
            try:
                while not self._asked:
                    self._tend()
                    started()
                    started = _nothing
                    self._sleep(wake)
            finally:
                self._stop(wake)

    def _tend(self) -> None:
        moment = time.monotonic()
        for child in self.children:
            if child.process is None:
                if child.due_at <= moment:
                    self._start(child)
            elif (code := child.process.poll()) is not None:
                self._ended(child, code, moment)

    def _start(self, child: Child) -> None:
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(  # noqa: S603 (our own commands)
            child.command,
            env=self.environment,
            pass_fds=self.inherited,
            stdin=subprocess.DEVNULL,
        )

    def _ended(self, child: Child, code: int, moment: float) -> None:
        how = describe_end(code)
        child.process = None
        was_well = moment - child.started_at >= WELL_AFTER_S
        child.failures = 1 if was_well else child.failures + 1
        delay = restart_delay(child.failures)
        child.due_at = moment + delay
        if child.failures < LOOP_AFTER:
            self.say(f"The {child.name} ended ({how}); it starts again in {delay:g} s.")
        else:
            self.say(
                f"The {child.name} ended {child.failures} times in a row ({how}). The lines above "
                f"say why, and `cornbread doctor` may help. Next try in {delay:g} s."
            )

    def _sleep(self, wake: socket.socket) -> None:
        waiting = [child.due_at for child in self.children if child.process is None]
        pause = max(0.0, min(waiting) - time.monotonic()) if waiting else None
        _wait(wake, pause)

    def _stop(self, wake: socket.socket) -> None:
        alive = [child for child in self.children if child.process is not None]
        _signal_all(alive, signal.SIGTERM)
        deadline = time.monotonic() + self.grace_s
        while alive := [child for child in alive if _lives(child)]:
            left = deadline - time.monotonic()
            # A second Ctrl-C means now.
            if left <= 0 or self._asked > 1:
                names = ", ".join(child.name for child in alive)
                self.say(f"Ending by force: {names}.")
                _signal_all(alive, signal.SIGKILL)
                self._asked, deadline = 1, time.monotonic() + self.grace_s
            _wait(wake, max(0.0, min(left, 0.5)))

    @contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """Count the signals that ask to stop; the socket becomes readable at every signal."""
        wake, written = socket.socketpair()
        wake.setblocking(False)
        written.setblocking(False)
        before = {
            number: signal.getsignal(number)
            for number in (*_STOPPING, signal.SIGCHLD)
            # Started with nohup, a closed terminal stays ignored. Ctrl-C does not: shells start
            # what a script puts into the background with SIGINT ignored, and it has to end too.
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN
        }
        previous = signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
        try:
            for number in before:
                signal.signal(number, self._note)
            yield wake
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(previous)
            wake.close()
            written.close()

    def _note(self, number: int, _frame: object) -> None:
        if number not in _STOPPING:
            return
        moment = time.monotonic()
        # One Ctrl-C can arrive twice, to this process and to its group; a person takes longer.
        repeated = number == signal.SIGINT and moment - self._asked_at > SECOND_THOUGHT_S
        if not self._asked or repeated:
            self._asked += 1
            self._asked_at = moment


def describe_end(code: int) -> str:
    """How a process ended, for people: ``killed by SIGKILL``, ``exit code 1``."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def _nothing() -> None:
    return None


def _lives(child: Child) -> bool:
    return child.process is not None and child.process.poll() is None


def _signal_all(children: Sequence[Child], number: signal.Signals) -> None:
    for child in children:
        if child.process is not None:
            child.process.send_signal(number)


def _wait(wake: socket.socket, seconds: float | None) -> None:
    select.select([wake], [], [], seconds)
    try:
        while wake.recv(4096):
            pass
    except BlockingIOError:
        pass
