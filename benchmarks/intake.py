"""How many posts a second intake takes, from their JSON bytes to committed rows.

    python -m benchmarks.intake [--posts 20000] [--runs 3] [--database-url postgres://…]
                                [--workers 2] [--only stored,history,firehose,plain] [--stages]

Runs in a home of its own on SQLite, or in a database of its own beside the one that is named, and
prints JSON: medians of ``runs`` runs over ``n`` posts, in posts a second.

* ``stored``: every post is kept, with payload, mention, identity, person, catch, conversation,
  timeline, search index, events and cursor; ``wall`` by the clock and ``cpu`` per second of this
  process's own time, which says more on a machine that is shared.
* ``history``: the same for posts of 100 days ago. They can be no copies of each other within two
  days, so that near-duplicates are not looked for; all else is as for ``stored``.
* ``firehose``: 1,000 watches, of which 2 % of the posts are caught; the rest is counted.
* ``plain``: a Django view asked once a message, which writes the same rows by the ORM.
* ``ceiling``: the very rows that ``stored`` wrote, only inserted, into empty copies of their
  tables with the same indexes and constraints, in as many transactions (``copy``: by COPY).
* ``workers`` (PostgreSQL): the same as ``stored`` by so many processes at once, in one workspace
  and in a workspace each.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

if not __package__:  # run as a file
    sys.path[0] = str(Path(__file__).parents[1])

from benchmarks import intake_stages

BATCH = 1000
WATCHES = 1000
PLAIN = 500


class Bench:
    """One database, and the measurements on it."""

    def __init__(self, posts: int, runs: int) -> None:
        self.posts, self.runs = posts, runs
        self.seed = f"{os.getpid()}{time.time_ns() % 10**6}"
        self.number = 0

    def channel(self, watches: int, workspace: int | None = None) -> Any:
        """A channel of a new workspace that has so many watches."""
        from benchmarks import intake_posts

        from cornbread.listening.actions import own_channel
        from cornbread.listening.models import Watch
        from cornbread.team import actions as team
        from cornbread.team.domain.actors import SYSTEM

        self.number += 1
        if workspace is None:
            name = f"bench-{self.seed}-{self.number}"
            workspace = team.create_workspace(name, slug=name).pk
            queries = intake_posts.watches(intake_posts.brand_names(watches))
            Watch.objects.bulk_create(
                Watch(workspace_id=workspace, name=str(at), query=query)
                for at, query in enumerate(queries)
            )
        return own_channel(workspace, f"c{self.number}", by=SYSTEM)

    def lines(self, count: int, watched: float, watches: int, days_ago: int = 0) -> list[bytes]:
        """Posts as JSON, none of which was heard before."""
        from benchmarks import intake_posts

        self.number += 1
        until = datetime.now(UTC) - timedelta(days=days_ago)
        brands = intake_posts.brand_names(watches)
        seed = f"{self.seed}{self.number}"
        made = intake_posts.lines(count, seed=seed, until=until, watched=watched, brands=brands)
        return list(made)

    def stored(self) -> dict[str, Any]:
        """Everything is kept, and beside it what a bare insert of the same rows takes."""
        return self._stored(days_ago=0)

    def history(self) -> dict[str, Any]:
        """The same for posts of long ago, as an import brings them."""
        return self._stored(days_ago=100)

    def _stored(self, days_ago: int) -> dict[str, Any]:
        from benchmarks import intake_peers as peers
        from django.db import connection

        taken: list[tuple[float, float]] = []
        ceilings: dict[str, list[tuple[float, float]]] = {"executemany": []}
        if connection.vendor == "postgresql":
            ceilings["copy"] = []
        rows = 0
        for _ in range(self.runs):
            channel, lines = self.channel(20), self.lines(self.posts, 0.1, 20, days_ago)
            before = peers.marks()
            taken.append(_timed(lambda: take_all(channel, lines, addressed=True)))  # noqa: B023
            written = peers.rows_after(before)
            rows = sum(len(values) for _, values in written.values())
            for kind, seconds in ceilings.items():
                batches = -(-len(lines) // BATCH)
                seconds.append(peers.inserted(written, batches, copy=kind == "copy"))
        found = self._rates(taken) | {"rows_a_post": round(rows / self.posts, 2)}
        for kind, taken_barely in ceilings.items():
            least = self._rates(taken_barely)
            found[f"ceiling_{kind}"] = least["wall"]
            found[f"of_ceiling_{kind}"] = round(found["wall"] / least["wall"], 3)
            if connection.vendor == "sqlite":  # elsewhere the work is done by another process
                found[f"of_ceiling_{kind}_cpu"] = round(found["cpu"] / least["cpu"], 3)
        return found

    def firehose(self) -> dict[str, Any]:
        """One of fifty posts matters."""
        taken, kept = [], 0
        for _ in range(self.runs):
            channel, lines = self.channel(WATCHES), self.lines(self.posts, 0.02, WATCHES)
            take_all(channel, self.lines(BATCH, 0.02, WATCHES), addressed=False)  # compiles
            taken.append(_timed(lambda: take_all(channel, lines, addressed=False)))  # noqa: B023
            kept = _kept(channel)
        return self._rates(taken) | {"watches": WATCHES, "kept": kept}

    def plain(self) -> dict[str, Any]:
        """A request for every message."""
        from benchmarks import intake_peers as peers

        from cornbread.listening.models import Watch

        taken = []
        for _ in range(self.runs):
            channel, lines = self.channel(1), self.lines(PLAIN, 0, 1)
            watch = Watch.objects.get(workspace_id=channel.workspace_id)
            taken.append(_timed(lambda: peers.one_a_request(channel, lines, watch)))  # noqa: B023
        return self._rates(taken, PLAIN)

    def workers(self, count: int) -> dict[str, Any]:
        """Processes that share the database, from the moment all of them are ready."""
        found = {}
        for kind in ("one_workspace", "workspace_each"):
            walls = []
            for _ in range(self.runs):
                channels = [self.channel(20)]
                while len(channels) < count:
                    alike = channels[0].workspace_id if kind == "one_workspace" else None
                    channels.append(self.channel(20, alike))
                walls.append(_side_by_side([one.pk for one in channels], self.posts))
            found[kind] = round(count * self.posts / statistics.median(walls))
        return {"workers": count, "n": count * self.posts, **found}

    def _rates(self, taken: Sequence[tuple[float, float]], n: int = 0) -> dict[str, Any]:
        n = n or self.posts
        wall, cpu = (statistics.median(one) for one in zip(*taken, strict=True))
        return {"n": n, "wall": round(n / wall), "cpu": round(n / cpu)}


def take_all(channel: Any, lines: Sequence[bytes], *, addressed: bool) -> None:
    """Take the lines in, batch by batch, and let the later rooms follow each."""
    from benchmarks import intake_posts

    from cornbread.channels.domain.posts import Batch
    from cornbread.foundation.jobs import drain
    from cornbread.listening.intake import take_in

    for start in range(0, len(lines), BATCH):
        part = lines[start : start + BATCH]
        posts = intake_posts.read_all(part, addressed=addressed)
        take_in(channel, Batch(stream="bench", posts=posts, cursor=str(start)))
        drain(queues=["reactions"], workspace_id=channel.workspace_id, wait_s=60)
    drain(
        queues=["reactions"],
        workspace_id=channel.workspace_id,
        until=_in_an_hour(),
        wait_s=60,
    )


def _in_an_hour() -> Any:
    from cornbread.foundation import clock

    return clock.now() + timedelta(hours=1)


def _kept(channel: Any) -> int:
    from cornbread.listening.models import Mention

    return Mention.objects.filter(channel=channel).count()


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    begun, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - used


def _side_by_side(channels: Iterable[int], posts: int) -> float:
    command = [sys.executable, "-m", "benchmarks.intake", "--posts", str(posts), "--as-worker"]
    processes = [
        subprocess.Popen([*command, str(one)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for one in channels
    ]
    for one in processes:
        assert one.stdout
        assert one.stdout.readline() == b"ready\n"
    begun = time.perf_counter()
    for one in processes:
        assert one.stdin
        one.stdin.write(b"go\n")
        one.stdin.close()
    if any(one.wait() for one in processes):
        raise RuntimeError("A worker failed.")
    return time.perf_counter() - begun


def _work(channel_id: int, posts: int) -> None:
    from cornbread.channels.models import Channel

    channel = Channel.objects.get(pk=channel_id)
    lines = Bench(posts, 1).lines(posts, 0.1, 20)
    print("ready", flush=True)
    sys.stdin.readline()
    take_all(channel, lines, addressed=True)


def _measure(asked: argparse.Namespace) -> dict[str, Any]:
    from django.db import connection

    bench = Bench(asked.posts, asked.runs)
    found: dict[str, Any] = {"database": connection.vendor, "runs": asked.runs, "batch": BATCH}
    if asked.stages:
        return found | intake_stages.measure(bench, take_all)
    for name in asked.only.split(","):
        found[name] = getattr(bench, name)()
    if {"stored", "plain"} <= found.keys():
        for kind in ("wall", "cpu"):
            times = found["stored"][kind] / found["plain"][kind]
            found[f"times_plain_{kind}"] = round(times, 1)
    if asked.workers:
        found["workers"] = bench.workers(asked.workers)
    return found


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--posts", type=int, default=20_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--only", default="stored,history,firehose,plain")
    options.add_argument("--workers", type=int, default=0)
    options.add_argument("--database-url", default="", help="a PostgreSQL database to stand beside")
    options.add_argument("--stages", action="store_true", help="where the time goes, instead")
    options.add_argument("--as-worker", type=int, help=argparse.SUPPRESS)
    asked = options.parse_args()
    with ExitStack() as stack:
        if not asked.as_worker:
            home = stack.enter_context(tempfile.TemporaryDirectory(prefix="cornbread-bench-"))
            os.environ["CORNBREAD_HOME"] = home
            os.environ.pop("DATABASE_URL", None)
            if asked.database_url:
                from tests.road.product import own_database

                address = asked.database_url.rpartition("/")[0]
                name = f"cornbread_bench_{os.getpid()}"
                os.environ["DATABASE_URL"] = stack.enter_context(own_database(address, name))
        from cornbread.config.cli.loading import load_product

        load_product()
        from django.core.management import call_command
        from django.db import connection

        stack.callback(connection.close)
        if asked.as_worker:
            _work(asked.as_worker, asked.posts)
            return
        call_command("migrate", verbosity=0)
        print(json.dumps(_measure(asked), indent=2))


if __name__ == "__main__":
    main()
