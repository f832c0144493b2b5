"""What a second intake worker brings: one against two, through NATS into PostgreSQL.

    python -m benchmarks.scale [--posts 20000] [--runs 3] [--kept 1.0]
                               [--database-url postgres://…] [--stream-url nats://…]

Fills a stream with batches of 100 posts. One or two workers take in a batch of another workspace,
so that all is loaded and connected, and wait; then the time is taken from the word until the last
of the posts is committed. With posts of one workspace and one place the workers take turns for the
write and share the rest; with two workspaces they only share the machine. Cases take turns, so that
whatever else the machine does meets all of them.

Prints JSON, medians of the runs: posts a second by the clock; the processor time of the workers
for a post; the share of their time in which they waited for turns; two workers as a multiple of
one; and what a post takes in the stream and in the database (rows, indexes and conversation).
``--kept`` is the share of posts that is addressed to us; the others are matched and counted.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

if not __package__:  # run as a file
    sys.path[0] = str(Path(__file__).parents[1])

from benchmarks.crash import (
    STUCK_S,
    Databases,
    Shared,
    answer_of,
    fill,
    forget_stream,
    forked,
    warm,
)

BATCH = 100
#: So many posts of another workspace each worker takes in beforehand.
WARM = 1_000
READY, GO, ENDED = 0, 1, 2
#: Of each worker, from here on: posts committed, microseconds waited, microseconds of processor.
TAKEN, WAITED, USED = 3, 5, 7


class Once(NamedTuple):
    """Posts a second; of the workers, microseconds for a post and the share of waiting for turns;
    bytes of one post in the stream."""

    rate: float
    cpu_us: float
    waited: float
    in_stream: float


def begin(databases: Databases, name: str, stream: str) -> None:
    """In a child: this database, this stream."""
    from django.conf import settings

    databases.use(name)
    settings.STREAM_URL = stream


def brands() -> None:
    """Three workspaces with a channel each; the last is for warming up."""
    from cornbread.channels import actions as channels
    from cornbread.channels.contract import Connected
    from cornbread.team import actions as team
    from cornbread.team.domain.actors import SYSTEM

    fill()
    for name in ("heron", "wren"):
        brand = team.create_workspace(f"Blue {name.title()} Buses")
        place = Connected(name=name, address="https://bench.example", external_id=f"brand-{name}")
        channels.keep("sandbox", place, workspace_id=brand.pk, by=SYSTEM)


def posts(count: int, seed: str, kept: float) -> list[Any]:
    """Posts as `benchmarks/intake.py` takes them in; so many of a hundred are addressed to us."""
    import msgspec
    from benchmarks import intake_posts

    lines = list(intake_posts.lines(count, seed=seed, until=datetime.now(UTC)))
    heard = intake_posts.read_all(lines, addressed=True)
    return [
        msgspec.structs.replace(one, addressed=at % 100 < kept * 100)
        for at, one in enumerate(heard)
    ]


def publish_all(heard: list[Any], workspaces: int) -> None:
    """Every batch into the stream, the workspaces in turn."""
    import threading

    from cornbread.channels.domain.posts import Batch
    from cornbread.channels.models import Channel
    from cornbread.listening.handing_on import hand_on

    places = list(Channel.objects.order_by("pk"))[:workspaces]
    for number, start in enumerate(range(0, len(heard), BATCH)):
        batch = Batch(stream="home", posts=tuple(heard[start : start + BATCH]))
        hand_on(places[number % workspaces], batch, threading.Event())


def work(number: int, shared: Shared) -> None:
    """One worker: warm up, wait for the word, and take in until told that all is through."""
    import threading

    from cornbread.channels.domain.posts import Batch
    from cornbread.channels.models import Channel
    from cornbread.listening import keeping
    from cornbread.listening.streaming import worker
    from cornbread.listening.streaming.state import state
    from cornbread.listening.turns import waited_s

    take_in = keeping.take_in

    def taken(channel: Any, batch: Any) -> Any:
        kept = take_in(channel, batch)
        shared[TAKEN + number] += len(batch.posts)
        shared[WAITED + number] = int(waited_s() * 1e6) - waited
        shared[USED + number] = int((time.process_time() - used) * 1e6)
        return kept

    state()
    spare = Channel.objects.order_by("pk").last()
    assert spare is not None
    keeping.keep(spare, Batch(stream="home", posts=tuple(posts(WARM, f"warm{number}", 1.0))))
    waited, used = int(waited_s() * 1e6), time.process_time()
    keeping.take_in = taken
    stop = threading.Event()

    def watch() -> None:
        while not shared[ENDED]:
            time.sleep(0.02)
        stop.set()

    threading.Thread(target=watch, daemon=True).start()
    shared[READY] += 1
    while not shared[GO]:
        time.sleep(0.001)
    worker.run(stop)


def take_all(workers: int, count: int, begin_child: Callable[[], None]) -> tuple[float, Shared]:
    """Seconds from the word to so many ready workers until so many posts are committed."""
    shared = Shared()
    pids = []
    for number in range(workers):
        pids.append(forked(lambda: [begin_child(), work(number, shared)]))  # noqa: B023
        while shared[READY] <= number:
            time.sleep(0.005)
            if os.waitpid(pids[-1], os.WNOHANG)[0]:
                raise SystemExit("a worker did not get ready; see above")
    began = time.monotonic()
    shared[GO] = 1
    while shared[TAKEN] + shared[TAKEN + 1] < count:
        time.sleep(0.002)
        if time.monotonic() - began > STUCK_S:
            raise SystemExit("the workers do not get through")
    seconds = time.monotonic() - began
    shared[ENDED] = 1
    for pid in pids:
        os.waitpid(pid, 0)
    return seconds, shared


def once(databases: Databases, options: argparse.Namespace, workers: int, workspaces: int) -> Once:
    """One run on a fresh database and a fresh stream."""
    stream = f"{options.stream_url}/scale-{os.getpid()}-{time.monotonic_ns()}"
    with databases.copy() as name:

        def begin_child() -> None:
            begin(databases, name, stream)

        def publish() -> int:
            from cornbread.listening.streaming.state import state

            begin_child()
            publish_all(posts(options.posts, stream, options.kept), workspaces)
            return state().bytes

        in_stream = answer_of(publish)
        seconds, shared = take_all(workers, options.posts, begin_child)
    forget_stream(stream)
    used, waited = (shared[slot] + shared[slot + 1] for slot in (USED, WAITED))
    return Once(
        rate=options.posts / seconds,
        cpu_us=used / options.posts,
        waited=waited / 1e6 / seconds / workers,
        in_stream=in_stream / options.posts,
    )


def database_bytes(databases: Databases, options: argparse.Namespace) -> float:
    """What a post takes in the database once it is in its conversation."""
    with databases.copy() as name:

        def filled() -> int:
            from django.db import connection

            from cornbread.channels.domain.posts import Batch
            from cornbread.channels.models import Channel
            from cornbread.foundation.jobs import drain
            from cornbread.listening.keeping import keep

            begin(databases, name, "")
            heard = tuple(posts(options.posts, "size", options.kept))
            place = Channel.objects.order_by("pk").first()
            assert place is not None
            keep(place, Batch(stream="home", posts=heard))
            drain(queues=["reactions"])
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_database_size(current_database()) - pg_database_size(%s)",
                    [databases.template],
                )
                return int(cursor.fetchone()[0])

        return float(answer_of(filled)) / options.posts


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All four cases in turn, run by run."""
    databases = Databases(folder, options.database_url)
    databases.prepare(brands)
    cases = [(workers, workspaces) for workspaces in (1, 2) for workers in (1, 2)]
    found: dict[tuple[int, int], list[Once]] = {case: [] for case in cases}
    try:
        for _ in range(options.runs):
            for case in cases:
                found[case].append(once(databases, options, *case))
                print(case, found[case][-1], file=sys.stderr, flush=True)
        in_database = database_bytes(databases, options)
    finally:
        databases.drop(databases.template)

    def median(case: tuple[int, int], what: str) -> float:
        return statistics.median(getattr(one, what) for one in found[case])

    return {
        "database": "postgresql",
        "posts": options.posts,
        "kept": options.kept,
        "batch": BATCH,
        "n": options.runs,
        "cores": os.cpu_count(),
        "stream_bytes_per_post": round(median((1, 1), "in_stream")),
        "database_bytes_per_post": round(in_database),
        "cases": {
            f"{case[0]} worker(s), {case[1]} workspace(s)": {
                "posts_per_s": round(median(case, "rate")),
                "worker_cpu_us_per_post": round(median(case, "cpu_us")),
                "waited_for_turns": round(median(case, "waited"), 2),
            }
            for case in cases
        },
        "two_workers_over_one": {
            f"{workspaces} workspace(s)": round(
                median((2, workspaces), "rate") / median((1, workspaces), "rate"), 2
            )
            for workspaces in (1, 2)
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kept", type=float, default=1.0)
    parser.add_argument("--database-url", default="postgres://root@127.0.0.1/postgres")
    parser.add_argument("--stream-url", default="nats://127.0.0.1:4222")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cornbread-scale-") as home:
        os.environ |= {"CORNBREAD_HOME": home, "CORNBREAD_LOG": "ERROR"}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "cornbread.config.settings"}
        os.environ.pop("STREAM_URL", None)
        os.environ["DATABASE_URL"] = options.database_url
        import django

        django.setup()
        warm()
        print(json.dumps(measure(options, Path(home)), indent=2))


if __name__ == "__main__":
    main()
