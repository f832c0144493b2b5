"""How many posts a second an import keeps and follows up, beside a bare insert of the same rows.

    python benchmarks/import.py [--posts 5000] [--runs 3]

Runs in a home of its own, on SQLite or on what DATABASE_URL names (whose tables it fills), and
prints JSON: ``n`` posts and the medians over the runs, in posts a second. ``bare_insert`` writes
the posts alone in one statement a batch, so ``times_bare_insert`` says what threads, identities,
conversations, levels and events cost on this machine whatever its speed.
"""

import argparse
import csv
import json
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

if not __package__:  # run as a file
    sys.path[0] = str(Path(__file__).parents[1])


WORDS = ["train", "delay", "refund", "please", "help", "seat", "late", "thanks", "ticket", "again"]


def threads(path: Path, posts: int, run: int) -> Path:
    """A file of support threads: new questions, answers of ours, and customers who go on."""
    chance, at = random.Random(run), datetime(2026, 3, 2, tzinfo=UTC)
    recent: list[tuple[str, str]] = []
    with path.open("w", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["id", "author", "inbound", "created_at", "text", "in_reply_to"])
        for number in range(posts):
            at += timedelta(seconds=chance.randrange(1, 30))
            parent, customer = chance.choice(recent) if recent else ("", "")
            kind = chance.random()
            if not parent or kind > 0.6:
                parent, customer = "", f"{run}-{chance.randrange(posts)}"
            ours = parent and kind < 0.45
            id_, text = f"{run}-{number}", " ".join(chance.choices(WORDS, k=15))
            author, inbound = ("brand", "false") if ours else (customer, "true")
            lines.writerow([id_, author, inbound, at.isoformat(), text, parent])
            recent = [*recent[-60:], (id_, customer)]
    return path


def imported(path: Path, slug: str) -> float:
    """Seconds of an import, followed up to the last reaction."""
    from cornbread.config.importing import Importer

    begun = time.perf_counter()
    Importer(path, slug, None, name="import", report=None).run(progress=False)
    return time.perf_counter() - begun


def inserted(path: Path) -> float:
    """Seconds of writing the same rows and nothing else, in batches of the same size."""
    from django.db import connection, transaction

    with path.open(newline="") as lines:
        rows = [list(row.values()) for row in csv.DictReader(lines)]
    columns = "id text primary key, author text, inbound text, created_at text, words text, up text"
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare")
        cursor.execute(f"CREATE TABLE bare ({columns})")
        for start in range(0, len(rows), 1000):
            with transaction.atomic():
                cursor.executemany(
                    "INSERT INTO bare VALUES (%s,%s,%s,%s,%s,%s)", rows[start : start + 1000]
                )
        cursor.execute("DROP TABLE bare")
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--posts", type=int, default=5000)
    options.add_argument("--runs", type=int, default=3)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["CORNBREAD_HOME"] = home
        from cornbread.config.cli.loading import load_product

        load_product()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        whole, bare = [], []
        for run in range(asked.runs):
            path = threads(Path(home) / f"{run}.csv", asked.posts, run)
            whole.append(imported(path, f"bench-{os.getpid()}-{run}"))
            bare.append(inserted(path))
        seconds, least = statistics.median(whole), statistics.median(bare)
        figures = {
            "database": connection.vendor,
            "n": asked.posts,
            "runs": asked.runs,
            "posts_per_s": round(asked.posts / seconds),
            "bare_insert_posts_per_s": round(asked.posts / least),
            "times_bare_insert": round(seconds / least, 1),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
