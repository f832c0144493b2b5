"""``kill -9`` at random, again and again, while posts are taken in: is anything lost or doubled?

    python -m benchmarks.crash [--kills 200] [--posts F.csv] [--database-url postgres://…]
                               [--stream-url nats://…] [--most 1500]

Takes posts that come one to three times, edited, deleted and shuffled, from a listener through
intake into conversations, each part a process of its own. Again and again one of them is killed,
20 to 400 ms after it got something done, and started anew. When all is through, the database is
compared with one that took in the same in peace. Rounds are repeated until there were enough
kills. Prints JSON.

``--posts`` is read in place: columns of support threads (tweet_id, author_id, inbound, …) or of
posts (created_at, name, text). PostgreSQL databases are made beside the one of the address and
dropped. With ``--stream-url`` batches travel through JetStream, with messages of a dead worker
handed on after 1 s (in the product 30 s). Jobs and messages have as many attempts as there.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from mmap import mmap
from pathlib import Path
from struct import pack_into, unpack_from
from typing import Any

if not __package__:  # run as a file
    sys.path[0] = str(Path(__file__).parents[1])

import psycopg

HANDED_ON_AFTER_S = 1.0
STUCK_S = 300.0
#: Publishing takes next to no time; so long a network takes for its next batch.
NETWORK_S = 0.03
_ROLES = ("listener", "intake", "jobs")


class Shared:
    """A few numbers that processes share: what each role got done, and what has ended."""

    def __init__(self) -> None:
        self._memory = mmap(-1, 128)

    def bump(self, slot: int) -> None:
        self[slot] = self[slot] + 1

    def __getitem__(self, slot: int) -> int:
        return int(unpack_from("q", self._memory, slot * 8)[0])

    def __setitem__(self, slot: int, value: int) -> None:
        pack_into("q", self._memory, slot * 8, value)


def forked(work: Callable[[], None]) -> int:
    """Run in a child that shares nothing but memory; its process id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        from django.db import connections

        connections.close_all()  # so that SQLite's log is written back before the file is copied
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def answer_of(question: Callable[[], Any]) -> Any:
    """What a function returns, asked in a child so that this process opens no connection."""
    reading, writing = os.pipe()

    def work() -> None:
        with os.fdopen(writing, "w") as out:
            json.dump(question(), out)

    pid = forked(work)
    os.close(writing)
    with os.fdopen(reading) as found:
        text = found.read()
    if os.waitpid(pid, 0)[1]:
        raise SystemExit("a step of the benchmark failed; see above")
    return json.loads(text)


class Databases:
    """Copies of one migrated database, on SQLite files or on a PostgreSQL server."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url, self.folder, self.made = url, folder, 0
        self.template = self._name()

    def _name(self) -> str:
        self.made += 1
        if self.url:
            return f"cornbread_crash_{os.getpid()}_{self.made}"
        return str(self.folder / f"{self.made}.sqlite3")

    def _admin(self, sql: str) -> None:
        with psycopg.connect(self.url.rpartition("/")[0] + "/postgres", autocommit=True) as admin:
            admin.execute(sql)

    def prepare(self, fill: Callable[[], None]) -> None:
        if self.url:
            self._admin(f"CREATE DATABASE {self.template}")
        answer_of(lambda: [self.use(self.template), fill()])

    def use(self, name: str) -> None:
        """In a child, before its first connection."""
        from django.db import connection

        connection.settings_dict["NAME"] = name

    @contextmanager
    def copy(self) -> Iterator[str]:
        name = self._name()
        if self.url:
            self._admin(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        else:
            shutil.copy(self.template, name)
        try:
            yield name
        finally:
            self.drop(name)

    def drop(self, name: str) -> None:
        if self.url:
            self._admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        else:
            for end in ("", "-wal", "-shm"):
                Path(name + end).unlink(missing_ok=True)


class Run:
    """One set of deliveries going into one database, with or without kills."""

    def __init__(self, databases: Databases, name: str, batches: list[Any], stream: str) -> None:
        self.databases, self.name, self.batches, self.stream = databases, name, batches, stream
        self.done = Shared()
        self.kills: Counter[str] = Counter()

    def roles(self) -> dict[str, Callable[[], None]]:
        """What each process does until its work is through."""
        roles = {"listener": self._listen, "jobs": self._jobs}
        if self.stream:
            roles["intake"] = self._intake
        return roles

    def _begin(self) -> None:
        from django.conf import settings

        self.databases.use(self.name)
        settings.STREAM_URL = self.stream

    def _ended(self, slot: int) -> bool:
        return bool(self.done[slot + 4])

    def _end(self, slot: int) -> None:
        self.done[slot + 4] = 1

    def _listen(self) -> None:
        import threading

        from cornbread.channels import queries
        from cornbread.channels.models import Channel
        from cornbread.listening.handing_on import hand_on

        self._begin()
        channel = Channel.objects.get()
        heard = int(queries.cursor(channel.pk, "home") or 0)
        for batch in self.batches[heard:]:
            hand_on(channel, batch, threading.Event())
            self.done.bump(0)
            if self.stream:
                time.sleep(NETWORK_S)
        self._end(0)

    def _intake(self) -> None:
        import threading

        from cornbread.listening import keeping
        from cornbread.listening.streaming import worker
        from cornbread.listening.streaming.state import state

        self._begin()
        taken = keeping.take_in

        def take_in(*given: Any) -> Any:
            kept = taken(*given)
            self.done.bump(1)
            return kept

        keeping.take_in = take_in
        stop = threading.Event()
        threading.Thread(target=worker.run, args=[stop], daemon=True).start()
        while not (self._ended(0) and state().messages == 0):
            time.sleep(0.05)
        stop.set()
        self._end(1)

    def _jobs(self) -> None:
        from cornbread.foundation.jobs import drain
        from cornbread.foundation.jobs import run as running
        from cornbread.foundation.models import UNFINISHED, Job

        self._begin()
        run_one = running.run

        def run(job: Job) -> BaseException | None:
            error = run_one(job)
            self.done.bump(2)
            return error

        running.run = run
        while True:
            fed = self._ended(1 if self.stream else 0)
            ran = drain(queues=["reactions"], raise_errors=False)
            left = Job.objects.filter(queue="reactions", state__in=UNFINISHED)
            if fed and not ran and not left.exists():
                return self._end(2)
            time.sleep(0.01)

    def go(self, roll: random.Random | None, most_kills: int) -> None:
        """Until everything is through; with ``roll`` one process after the other is killed."""
        running: dict[str, int] = {}
        try:
            self._go(running, roll, most_kills)
        finally:
            for pid in running.values():  # only where something went wrong
                os.kill(pid, signal.SIGKILL)

    def _go(self, running: dict[str, int], roll: random.Random | None, most_kills: int) -> None:
        began, before = time.monotonic(), (0, 0, 0)
        while True:
            self._tend(running)
            if not running:
                return
            now = (self.done[0], self.done[1], self.done[2])
            if now != before:
                began, before = time.monotonic(), now
            elif time.monotonic() - began > STUCK_S:
                raise SystemExit(f"nothing moves any more: {now}")
            if roll is None or self.kills.total() >= most_kills:
                time.sleep(0.02)
                continue
            self._kill_one(running, roll)

    def _tend(self, running: dict[str, int]) -> None:
        """Start what is not there and not through."""
        for role, pid in list(running.items()):
            ended, code = os.waitpid(pid, os.WNOHANG)
            if ended:
                del running[role]
            if code:
                raise SystemExit(f"the process {role} failed by itself; see above")
        for role, work in self.roles().items():
            if role not in running and not self._ended(_ROLES.index(role)):
                running[role] = forked(work)

    def _kill_one(self, running: dict[str, int], roll: random.Random) -> None:
        role = roll.choice(sorted(running))
        slot, pid = _ROLES.index(role), running[role]
        before, until = self.done[slot], time.monotonic() + 2
        while self.done[slot] == before and not self._ended(slot) and time.monotonic() < until:
            time.sleep(0.002)
        if self.done[slot] == before:
            return
        time.sleep(roll.uniform(0.02, 0.4))
        if os.waitpid(pid, os.WNOHANG)[0]:
            del running[role]
            return
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        del running[role]
        self.kills[role] += 1


def fill() -> None:
    """A brand with a channel and a watch."""
    from benchmarks.crash_posts import BRAND, WATCH
    from django.core.management import call_command

    from cornbread.channels import actions as channels
    from cornbread.channels.contract import Connected
    from cornbread.listening.models import Watch
    from cornbread.team import actions as team
    from cornbread.team.domain.actors import SYSTEM

    call_command("migrate", verbosity=0)
    brand = team.create_workspace("Red Kite Rail")
    place = Connected(name="@redkite", address="https://bench.example", external_id=BRAND)
    channels.keep("sandbox", place, workspace_id=brand.pk, by=SYSTEM)
    Watch.objects.create(workspace=brand, name="trouble", query=WATCH, to_inbox=False)


def warm() -> None:
    """Load here, once, what every child would have to load after its start."""
    from cornbread.listening import handing_on  # noqa: F401
    from cornbread.listening.domain.language import detect
    from cornbread.listening.streaming import worker  # noqa: F401

    detect("The train is late again and nobody says why.")


def looked_at(databases: Databases, name: str) -> Any:
    """State and faults of a database."""

    def look() -> Any:
        from benchmarks.crash_state import faults, state

        databases.use(name)
        return [state(), faults()]

    return answer_of(look)


def forget_stream(url: str) -> None:
    """Delete the streams of a round."""

    def forget() -> None:
        from django.conf import settings

        from cornbread.listening.streaming import sharing

        settings.STREAM_URL = url
        connection, places = sharing.stream()
        for stream in (places.heard_stream, places.dead_stream, places.tried_stream):
            connection.call(connection.jetstream.delete_stream(stream))

    answer_of(forget)


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Rounds until there were enough kills."""
    from benchmarks.crash_posts import deliveries, read
    from benchmarks.crash_state import difference

    posts = read(options.posts, options.most)
    databases = Databases(folder, options.database_url)
    databases.prepare(fill)
    total: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    doubled: Counter[str] = Counter()
    faults: list[str] = []
    examples: list[Any] = []
    heard, rounds, sizes = 0, 0, {}
    began = time.monotonic()
    expected = None
    try:
        while total.total() < options.kills:
            rounds += 1
            batches = deliveries(posts, rounds)
            heard += sum(len(one.posts) for one in batches)
            if expected is None:
                with databases.copy() as name:
                    Run(databases, name, batches, "").go(None, 0)
                    expected, wrong = looked_at(databases, name)
                    faults += [f"in peace: {one}" for one in wrong]
            stream = (
                f"{options.stream_url}/crash-{os.getpid()}-{rounds}" if options.stream_url else ""
            )
            with databases.copy() as name:
                run = Run(databases, name, batches, stream)
                run.go(random.Random(rounds), options.kills - total.total())
                found, wrong = looked_at(databases, name)
            if stream:
                forget_stream(stream)
            if not run.kills:
                raise SystemExit("a round was over before anything could be killed; use --most")
            total += run.kills
            print(f"round {rounds}: {total.total()} kills", file=sys.stderr, flush=True)
            apart = difference(expected, found)
            lost.update(apart["lost"])
            doubled.update(apart["doubled"])
            faults += wrong
            examples += [apart["examples"]] if apart["examples"] else []
            sizes = {name: len(rows) for name, rows in found.items()}
    finally:
        databases.drop(databases.template)
    return {
        "database": "postgresql" if options.database_url else "sqlite",
        "stream": bool(options.stream_url),
        "posts": str(options.posts.name) if options.posts else "synthetic",
        "kills": total.total(),
        "killed": dict(total),
        "rounds": rounds,
        "posts_delivered": heard,
        "rows_each_round": sizes,
        "lost": lost.total(),
        "doubled": doubled.total(),
        "integrity": faults or "ok",
        "examples": examples[:3],
        "seconds": round(time.monotonic() - began, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--posts", type=Path, default=None, help="a CSV file of posts")
    parser.add_argument("--most", type=int, default=1500, help="different posts in a round")
    parser.add_argument("--database-url", default="", help="a PostgreSQL server")
    parser.add_argument("--stream-url", default="", help="a NATS server with JetStream")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cornbread-crash-") as home:
        os.environ |= {"CORNBREAD_HOME": home, "CORNBREAD_LOG": "ERROR"}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "cornbread.config.settings"}
        os.environ.pop("STREAM_URL", None)
        os.environ["DATABASE_URL"] = options.database_url
        import django

        django.setup()
        from cornbread.listening.streaming import mailbox, places

        warm()
        places.ACK_WAIT_S = mailbox.ACK_WAIT_S = HANDED_ON_AFTER_S
        result = measure(options, Path(home))
    print(json.dumps(result, indent=2))
    if result["lost"] or result["doubled"] or result["integrity"] != "ok":
        raise SystemExit(1)


if __name__ == "__main__":
    main()
