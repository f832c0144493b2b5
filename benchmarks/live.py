"""How well open pages are told of what happens, measured on a real server process.

    python -m benchmarks.live [--browsers 1000] [--events 100] [--seconds 20] [--runs 3]

Starts one web server process on a home of its own, opens that many streams of server-sent events
as a signed-in member, and records so many live events a second in the database from another
process, as listeners and workers do. Prints JSON: the part of all (event, browser) pairs that was
delivered, the seconds from the commit of an event until a browser has read it, and the CPU the
server used, in seconds for each second. One core: server and browsers are bound to different
ones where the machine has two.
"""

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

if not __package__:  # run as a file
    sys.path[0] = str(Path(__file__).parents[1])

from benchmarks.serving import free_port, on_core, wait_until_up

EMIT = """
import sys, time
workspace, rate, seconds, start = int(sys.argv[1]), *map(float, sys.argv[2:])
from cornbread.config.cli.loading import load_product
load_product()
from django.db import transaction
from cornbread.care.events import ConversationChanged
from cornbread.foundation.outbox import emit
at = start
while at < start + seconds:
    time.sleep(max(0.0, at - time.time()))
    with transaction.atomic():
        id_ = emit(ConversationChanged(workspace_id=workspace, conversation_id=1, what="bench"))
    print(id_, time.time(), flush=True)
    at += 1 / rate
"""

SIGN_IN = """
from cornbread.config.cli.loading import load_product
load_product()
from django.conf import settings
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
from cornbread.team import actions
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.domain.permissions import Role
from cornbread.team.models import User
brand = actions.create_workspace("Bench")
user = User.objects.create_user("bench@brand.example")
actions.add_member(brand, user, Role.AGENT, by=SYSTEM)
client = Client()
client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
name = settings.SESSION_COOKIE_NAME
print(brand.pk, brand.slug, f"{name}={client.cookies[name].value}")
"""

_ID = re.compile(rb"id: (\d+)\nevent: changes")


class Browser(asyncio.Protocol):
    """One open page: notes until which event it was told, and when."""

    def __init__(self, request: bytes, opened: asyncio.Semaphore) -> None:
        self._request, self._opened = request, opened
        self._rest = b""
        self.told: list[tuple[int, float]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        data = self._rest + data
        if b"event: ready" in data:
            self._opened.release()
        elif data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 200"):
            sys.exit(f"the stream was refused: {data[:40]!r}")
        for found in _ID.finditer(data):
            self.told.append((int(found[1]), now))
        # The beginning of a message that is not here yet.
        at = data.rfind(b"id: ")
        self._rest = data[at:] if at >= 0 and b"event: " not in data[at:] else b""


async def watch(
    port: int, slug: str, cookie: str, browsers: int, seconds: float
) -> list[list[tuple[int, float]]]:
    """Open the pages, say that they are open, and read for so long."""
    opened = asyncio.Semaphore(0)
    request = (
        f"GET /w/{slug}/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Cookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n"
    ).encode()
    loop = asyncio.get_running_loop()
    pages = []
    for number in range(browsers):
        _, page = await loop.create_connection(lambda: Browser(request, opened), "127.0.0.1", port)
        pages.append(page)
        if number >= 20:
            await opened.acquire()
    for _ in range(min(20, browsers)):
        await opened.acquire()
    print("open", flush=True)
    await asyncio.sleep(seconds)
    return [page.told for page in pages]


def measure(home: str, browsers: int, rate: float, seconds: float) -> dict[str, float]:
    """One run: delivered part, seconds until delivery, server CPU."""
    environment = os.environ | {"CORNBREAD_HOME": home, "PYTHONUNBUFFERED": "1"}
    workspace, slug, cookie = subprocess.check_output(
        [sys.executable, "-c", SIGN_IN], env=environment, text=True
    ).split()
    port, cornbread = free_port(), str(Path(sys.executable).with_name("cornbread"))
    server = subprocess.Popen(
        [*on_core(0), cornbread, "serve", "--port", str(port)], env=environment
    )
    try:
        wait_until_up(port)
        pages = subprocess.Popen(
            [*on_core(1), sys.executable, "-m", "benchmarks.live", "--watch",
             json.dumps([port, slug, cookie, browsers, seconds + 4])],
            stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        assert pages.stdout is not None
        assert pages.stdout.readline() == "open\n"
        start = time.time() + 1.5
        before = cpu_s(server.pid)
        emitted = subprocess.run(
            [*on_core(1), sys.executable, "-c", EMIT, workspace, *map(str, (rate, seconds, start))],
            env=environment, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        used = (cpu_s(server.pid) - before) / (time.time() - start)
        told = json.loads(pages.communicate(timeout=60)[0])
    finally:
        server.terminate()
        server.wait(10)
    committed = {int(one): float(at) for one, at in map(str.split, emitted.splitlines())}
    return figures(committed, told) | {"server_cpu": round(used, 2)}


def figures(committed: dict[int, float], told: list[list[tuple[int, float]]]) -> dict[str, float]:
    """An event is delivered with the first message that goes up to it or further."""
    waits: list[float] = []
    for page in told:
        at = 0
        for id_, moment in sorted(committed.items()):
            while at < len(page) and page[at][0] < id_:
                at += 1
            if at < len(page):
                waits.append(page[at][1] - moment)
    waits.sort()
    return {
        "events": len(committed),
        "delivered": round(len(waits) / (len(committed) * len(told)), 5),
        "median_s": round(statistics.median(waits), 3),
        "p99_s": round(waits[int(len(waits) * 0.99)], 3),
        "max_s": round(waits[-1], 3),
    }


def cpu_s(pid: int) -> float:
    """Seconds of CPU a process has used; 0 where the system does not say."""
    with suppress(OSError):
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--browsers", type=int, default=1000)
    options.add_argument("--events", type=float, default=100, help="a second")
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--watch", help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.watch:
        print(json.dumps(asyncio.run(watch(*json.loads(asked.watch)))))
        return
    runs = []
    for _ in range(asked.runs):
        with tempfile.TemporaryDirectory() as home:
            runs.append(measure(home, asked.browsers, asked.events, asked.seconds))
    medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    told = {"browsers": asked.browsers, "events_per_s": asked.events, "runs": asked.runs}
    print(json.dumps(told | medians | {"each": runs}))


if __name__ == "__main__":
    main()
