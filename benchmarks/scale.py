"""What a second intake worker brings: one against two, through NATS into PostgreSQL.

    python -m benchmarks.scale [--posts 6000] [--runs 3] [--kept 1.0]
                               [--database-url postgres://…] [--stream-url nats://…]

Fills a stream with batches of 100 posts, starts one or two workers, and takes the time until
every message is confirmed. With posts of one workspace the workers take turns for the write and
share the rest; with two workspaces they only share the machine. Prints JSON: posts a second,
medians of the runs, two workers as a multiple of one, and what a post takes in the stream and in
the database (rows, indexes and conversation). ``--kept`` is the share of posts that is
addressed to us; the others are matched and counted.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.crash import Databases, Shared, answer_of, fill, forked, warm

BATCH = 100


def begin(databases: Databases, name: str, stream: str) -> None:
    """In a child: this database, this stream."""
    from django.conf import settings

    databases.use(name)
    settings.STREAM_URL = stream


def second_brand() -> None:
    """Another workspace with a channel of its own."""
    from cornbread.channels import actions as channels
    from cornbread.channels.contract import Connected
    from cornbread.team import actions as team
    from cornbread.team.domain.actors import SYSTEM

    fill()
    brand = team.create_workspace("Blue Heron Buses")
    place = Connected(name="@heron", address="https://bench.example", external_id="brand-heron")
    channels.keep("sandbox", place, workspace_id=brand.pk, by=SYSTEM)


def publish_all(posts: list[Any], workspaces: int, kept: float) -> None:
    """Every batch into the stream, the workspaces in turn."""
    import threading

    import msgspec

    from cornbread.channels.domain.posts import Batch
    from cornbread.channels.models import Channel
    from cornbread.listening.handing_on import hand_on

    places = list(Channel.objects.order_by("pk"))[:workspaces]
    for number, start in enumerate(range(0, len(posts), BATCH)):
        heard = tuple(
            msgspec.structs.replace(one, addressed=at % 100 < kept * 100, ours=False)
            for at, one in enumerate(posts[start : start + BATCH])
        )
        batch = Batch(stream="home", posts=heard)
        hand_on(places[number % workspaces], batch, threading.Event())


def take_all(count: int, begin_child: Any) -> float:
    """Seconds from the start of so many ready workers until the stream is empty."""
    shared = Shared()

    def work() -> None:
        import threading

        from cornbread.listening.streaming import worker
        from cornbread.listening.streaming.state import state

        begin_child()
        state()
        shared.bump(0)
        while not shared[1]:
            time.sleep(0.001)
        stop = threading.Event()
        thread = threading.Thread(target=worker.run, args=[stop])
        thread.start()
        while state().messages:
            time.sleep(0.02)
        stop.set()
        thread.join()

    pids = []
    for number in range(count):
        pids.append(forked(work))
        while shared[0] <= number:
            time.sleep(0.005)
    began = time.monotonic()
    shared[1] = 1
    for pid in pids:
        os.waitpid(pid, 0)
    return time.monotonic() - began


def once(
    databases: Databases, options: argparse.Namespace, workers: int, workspaces: int
) -> "Once":
    """One run on a fresh database and a fresh stream."""
    from benchmarks.crash import forget_stream
    from benchmarks.crash_posts import read

    posts = read(None, options.posts)
    stream = f"{options.stream_url}/scale-{os.getpid()}-{time.monotonic_ns()}"
    with databases.copy() as name:

        def begin_child() -> None:
            begin(databases, name, stream)

        def publish() -> int:
            from cornbread.listening.streaming.state import state

            begin_child()
            publish_all(posts, workspaces, options.kept)
            return state().bytes

        in_stream = answer_of(publish)
        seconds = take_all(workers, begin_child)

        def filled() -> int:
            from django.db import connection

            from cornbread.foundation.jobs import drain

            begin_child()
            with connection.cursor() as cursor:
                drain(queues=["reactions"])
                cursor.execute(
                    "SELECT pg_database_size(current_database()) - pg_database_size(%s)",
                    [databases.template],
                )
                return int(cursor.fetchone()[0])

        in_database = answer_of(filled)
    forget_stream(stream)
    count = len(posts)
    return Once(count / seconds, in_stream / count, in_database / count)


class Once(NamedTuple):
    """Posts a second, and bytes of one post in the stream and in the database."""

    rate: float
    in_stream: float
    in_database: float


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All four cases in turn, so that whatever else the machine does meets all of them."""
    databases = Databases(folder, options.database_url)
    databases.prepare(second_brand)
    cases = [(workers, workspaces) for workspaces in (1, 2) for workers in (1, 2)]
    found: dict[tuple[int, int], list[Once]] = {case: [] for case in cases}
    try:
        for _ in range(options.runs):
            for case in cases:
                found[case].append(once(databases, options, *case))
                print(case, found[case][-1], file=sys.stderr, flush=True)
    finally:
        databases.drop(databases.template)
    medians = {case: statistics.median(one.rate for one in runs) for case, runs in found.items()}
    everything = [one for runs in found.values() for one in runs]
    return {
        "database": "postgresql",
        "posts": options.posts,
        "kept": options.kept,
        "batch": BATCH,
        "n": options.runs,
        "cores": os.cpu_count(),
        "stream_bytes_per_post": round(statistics.median(one.in_stream for one in everything)),
        "database_bytes_per_post": round(statistics.median(one.in_database for one in everything)),
        "posts_per_s": {
            f"{workers} worker(s), {workspaces} workspace(s)": round(medians[workers, workspaces])
            for workers, workspaces in cases
        },
        "two_workers_over_one": {
            f"{workspaces} workspace(s)": round(medians[2, workspaces] / medians[1, workspaces], 2)
            for workspaces in (1, 2)
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=6000)
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
