"""``cornbread run``, step by step: hold the home, open the port, prepare, supervise."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.panel import Panel
from rich.table import Table

from cornbread.config import address, lifeline, lock, signin
from cornbread.config.console import console
from cornbread.config.home import home
from cornbread.config.supervisor import Child, Supervisor

#: The supervisor itself loads no part of the product: it stays small and has nothing to crash on.
_CORNBREAD = (sys.executable, "-m", "cornbread.config")


def start(*, host: str, port: int, demo: bool) -> int:
    """Prepare and run everything until told to stop; the exit code.

    Raises a Refusal when the home is in use or the port is taken.
    """
    place = home()
    with lock.held(place) as held, address.listen(host, port) as listener:
        port = listener.getsockname()[1]
        url = address.public_url(host, port)
        environment = {**os.environ, "CORNBREAD_HOME": str(place), "PORT": str(port)}
        environment["PYTHONUNBUFFERED"] = "1"
        _forget_counts(place)
        held.note(f"preparing {url}")
        if code := _prepare(environment, demo=demo):
            return code
        held.note(f"answering on {url}")
        greeting = threading.Thread(
            target=_greet, args=(host, port, url, place), name="greeting", daemon=True
        )
        listener.set_inheritable(True)
        Supervisor(
            _children(listener.fileno()),
            say=_say,
            environment=environment,
            inherited=[listener.fileno()],
        ).run(started=greeting.start)
    _say("Cornbread has stopped.")
    return 0


def _forget_counts(place: Path) -> None:
    """What processes of an earlier start counted; the metrics begin at nothing."""
    for file in (place / "metrics").glob("*.db"):
        file.unlink(missing_ok=True)


def _children(listener: int) -> Sequence[Child]:
    children = [
        Child("web server", (*_CORNBREAD, "serve", "--fd", str(listener))),
        Child("listener", (*_CORNBREAD, "listen")),
        Child("worker", (*_CORNBREAD, "work")),
    ]
    if os.environ.get("STREAM_URL", "").strip():
        children.append(Child("intake worker", (*_CORNBREAD, "intake")))
    return children


def _prepare(environment: Mapping[str, str], *, demo: bool) -> int:
    """Run the preparation as a process of its own; what it refuses it has said itself."""
    with lifeline.thrown() as rope:
        return subprocess.run(  # noqa: S603 (our own command)
            (*_CORNBREAD, "prepare", "--demo" if demo else "--no-demo"),
            env={**environment, lifeline.VARIABLE: str(rope)},
            pass_fds=[rope],
            check=False,
        ).returncode


def _greet(host: str, port: int, url: str, place: Path) -> None:
    """Wait until the web server answers, then say where, and how to sign in."""
    while (status := address.answer(host, port)) is None:
        time.sleep(0.1)
    lines = Table.grid(padding=(0, 2))
    lines.add_row("Open", f"[bold]{url}[/]")
    if sign_in := signin.kept(place):
        lines.add_row("Sign in", sign_in.email)
        lines.add_row("Password", sign_in.password)
    lines.add_row("Data", str(place))
    lines.add_row("Stop", "Ctrl-C")
    if status >= 500:
        lines.add_row("Trouble", "It cannot work yet; `cornbread doctor` tells why.")
    console.print(Panel.fit(lines, title="Cornbread", border_style="yellow", padding=(1, 3)))


def _say(sentence: str) -> None:
    console.print(sentence, style="bold", soft_wrap=True)
