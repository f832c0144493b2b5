"""How fast a post travels the road, measured on the real product as three processes.

    python -m benchmarks.road [--posts 30] [--database-url postgres://…]

Starts the product on a home of its own and a Mastodon API server beside it. Prints JSON: seconds
from the moment a customer sends a toot until the API lists its conversation and until an open
page is told of it (server-sent events), and from the moment a reply is accepted by the API until
it stands in the thread on the server. The 90th percentile is by nearest rank.

The figures include what looking costs: lists and threads are asked for every 20 ms.
"""

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

if not __package__:  # run as a file
    sys.path[0] = str(Path(__file__).parents[1])

from tests.road.live import Live
from tests.road.product import Product, own_database, wait_for
from tests.road.scene import Scene, scene_at
from tests.servers import running_mastodon

EVERY_S = 0.02


def measure(scene: Scene, page: Live, posts: int) -> dict[str, list[float]]:
    """Send so many toots one after the other, and answer each."""
    times: dict[str, list[float]] = {
        "toot_to_api_s": [],
        "toot_to_sse_s": [],
        "reply_to_network_s": [],
    }
    for number in range(posts):
        words = f"where is train {number}?"
        began = time.monotonic()
        toot = scene.server.cust.says(f"@brand {words}")
        found = scene.conversation(words, every_s=EVERY_S)
        times["toot_to_api_s"].append(time.monotonic() - began)
        told_at = page.tells(conversation=found["id"], after=began, within_s=10)
        times["toot_to_sse_s"].append(told_at - began)
        scene.reply(found["id"], f"Train {number} is on its way.")
        queued = time.monotonic()
        wait_for(lambda: scene.answers(toot), "the reply", every_s=EVERY_S)  # noqa: B023
        times["reply_to_network_s"].append(time.monotonic() - queued)
    return times


def figures(times: Sequence[float]) -> dict[str, float]:
    """n, median, 90th percentile by nearest rank, and the worst."""
    ordered = sorted(times)
    return {
        "n": len(ordered),
        "median": round(statistics.median(ordered), 3),
        "p90": round(ordered[math.ceil(0.9 * len(ordered)) - 1], 3),
        "max": round(ordered[-1], 3),
    }


def run(posts: int, database_url: str) -> dict[str, object]:
    """Measure once on a fresh copy."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cornbread-road-")))
        home = folder / "home"
        home.mkdir()
        url = ""
        if database_url:
            address = database_url.rpartition("/")[0]
            url = stack.enter_context(own_database(address, f"cornbread_bench_{os.getpid()}"))
        server = stack.enter_context(running_mastodon(folder))
        product = stack.enter_context(Product(home, url))
        scene = stack.enter_context(scene_at(product, server))
        scene.connect()
        page = stack.enter_context(product.live())
        measure(scene, page, 3)  # the first ones load what a running product has loaded
        times = measure(scene, page, posts)
    database = "postgresql" if database_url else "sqlite"
    return {"database": database, **{name: figures(found) for name, found in times.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=30)
    parser.add_argument("--database-url", default="", help="a PostgreSQL server to measure on")
    options = parser.parse_args()
    print(json.dumps(run(options.posts, options.database_url), indent=2))


if __name__ == "__main__":
    main()
