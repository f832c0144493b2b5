"""How soon an open page is told of a single mention while a thousand other posts a second come in.

    python -m benchmarks.mention [--mentions 100] [--rate 1000] [--database-url postgres://…]

Starts the product on a home of its own and a Mastodon API server beside it. Another process takes
in so many posts a second, each of a new customer, each caught by a watch and shown in the inbox of
the same brand. Prints JSON: the seconds from the moment a customer sends a toot until an open page
(server-sent events) is told of its conversation, of which so many until it was ``written`` (its
transaction had the turn to write), ``claimed`` by a worker, ``filed`` into a conversation and
``told``; the rate that was really taken in; and how busy the machine was.
"""

import argparse
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

if not __package__:  # run as a file
    sys.path[0] = str(Path(__file__).parents[1])

from tests.road.live import Live
from tests.road.product import Product, own_database
from tests.road.scene import Scene, scene_at
from tests.servers import running_mastodon

LOAD = """
import sys, time
from datetime import UTC, datetime
from cornbread.config.cli.loading import load_product
load_product()
from cornbread.channels.domain.posts import Author, Batch, HeardPost
from cornbread.listening.actions import own_channel, save_watch
from cornbread.listening.intake import take_in
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.models import Member, Workspace
rate, size, number = float(sys.argv[1]), 100, 0
channel = own_channel(Workspace.objects.get().pk, "flood", by=SYSTEM)
save_watch(by=Member.objects.select_related("user", "workspace").first(), name="Late", query="late")
print("ready", flush=True)
start = at = time.monotonic()
while True:
    time.sleep(max(0.0, at - time.monotonic()))
    posts = []
    for number in range(number + 1, number + 1 + size):
        author = Author(external_id=f"c{number}", handle=f"customer{number}")
        text = f"Where is train {number}? It is late again and nobody tells us anything."
        posts.append(HeardPost(external_id=f"flood-{number}", author=author, text=text,
            created_at=datetime.now(UTC), raw=text.encode()))
    take_in(channel, Batch(stream="flood", posts=tuple(posts)))
    at += size / rate
    print(number, time.monotonic() - start, flush=True)
"""


STAGES = """
import json, sys
from cornbread.config.cli.loading import load_product
load_product()
from cornbread.foundation.models import Job
from cornbread.listening.models import Mention
found = {}
for job in Job.objects.filter(priority__gt=0, state="done"):
    if not job.args[0].endswith("put_into_conversations"):
        continue
    for mention in Mention.objects.filter(pk__in=job.args[2]["mention_ids"]):
        moments = (mention.heard_at, job.started_at, job.finished_at)
        found[mention.text] = [one.timestamp() for one in moments]
print(json.dumps(found))
"""
NAMES = ("written", "claimed", "filed", "told")


def waits(scene: Scene, page: Live, mentions: int, name: str) -> list[dict[str, float]]:
    """Seconds that each of so many toots takes, sent a second apart or so: in all, and by stage."""
    began = {}
    for number in range(mentions):
        words = f"where is my {name} number {number}?"
        began[words] = time.monotonic()
        scene.server.cust.says(f"@brand {words}")
        time.sleep(random.uniform(0.5, 1.1))
    scene.conversation(words, within_s=60, every_s=0.5, order="id", limit=200)
    clocks = time.time() - time.monotonic()
    stages = _stages(scene.product)
    found = []
    for row in _conversations(scene):
        words = next((words for words in began if row["preview"].endswith(words)), "")
        if not words:
            continue
        told = page.tells(conversation=row["id"], after=began[words], within_s=30)
        moments = next(at for text, at in stages.items() if text.endswith(words))
        ends = [*(one - clocks for one in moments), told]
        starts = [began[words], *ends]
        each = {name: end - start for name, end, start in zip(NAMES, ends, starts, strict=False)}
        found.append({"all": told - began[words], **each})
    assert len(found) == mentions
    return found


def _conversations(scene: Scene) -> Iterator[dict[str, Any]]:
    """All of the channel, newest first, page by page."""
    asked = {"channel": scene.channels[0], "order": "id", "limit": 200}
    while True:
        answer = scene.product.ask("GET", "/conversations", params=asked)
        yield from answer["items"]
        if not answer["next"]:
            return
        asked["cursor"] = answer["next"]


def _stages(product: Product) -> dict[str, list[float]]:
    done = subprocess.run(
        [sys.executable, "-c", STAGES], env=product.environment, capture_output=True, check=True
    )
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def flood(product: Product, rate: float, log: Path) -> "subprocess.Popen[bytes]":
    """Begin taking in other posts."""
    child = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(rate)],
        env=product.environment,
        stdout=log.open("wb"),
    )
    while b"ready" not in log.read_bytes():
        time.sleep(0.1)
        assert child.poll() is None, "the flood did not begin"
    time.sleep(3)
    return child


def run(mentions: int, rate: float, database_url: str) -> dict[str, object]:
    """Measure once on a fresh copy."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cornbread-wait-")))
        (folder / "home").mkdir()
        url = ""
        if database_url:
            address = database_url.rpartition("/")[0]
            url = stack.enter_context(own_database(address, f"cornbread_bench_{os.getpid()}"))
        server = stack.enter_context(running_mastodon(folder))
        product = stack.enter_context(Product(folder / "home", url))
        scene = stack.enter_context(scene_at(product, server))
        scene.connect()
        page = stack.enter_context(product.live())
        waits(scene, page, 3, "warm hat")  # the first ones load what a running product has loaded
        quiet = waits(scene, page, max(mentions // 4, 10), "bicycle")
        child = flood(product, rate, folder / "flood.log")
        try:
            under_load = waits(scene, page, mentions, "umbrella")
        finally:
            child.kill()
        taken, seconds = (folder / "flood.log").read_text().splitlines()[-1].split()
    return {
        "database": "postgresql" if database_url else "sqlite",
        "other_posts_per_s": round(int(taken) / float(seconds)),
        "load_average": os.getloadavg()[0],
        "quiet_s": by_stage(quiet),
        "under_load_s": by_stage(under_load),
    }


def by_stage(waited: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Figures of the whole, and of each stage."""
    return {name: figures([one[name] for one in waited]) for name in ("all", *NAMES)}


def figures(times: Sequence[float]) -> dict[str, float]:
    """n, median, 99th percentile by nearest rank, and the worst."""
    ordered = sorted(times)
    return {
        "n": len(ordered),
        "median": round(statistics.median(ordered), 3),
        "p99": round(ordered[math.ceil(0.99 * len(ordered)) - 1], 3),
        "max": round(ordered[-1], 3),
    }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--mentions", type=int, default=100)
    options.add_argument("--rate", type=float, default=1000)
    options.add_argument("--database-url", default="", help="a PostgreSQL server to measure on")
    asked = options.parse_args()
    print(json.dumps(run(asked.mentions, asked.rate, asked.database_url), indent=2))


if __name__ == "__main__":
    main()
