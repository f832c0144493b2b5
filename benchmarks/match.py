"""How many posts a second are matched against how many watches, on one core.

    python -m benchmarks.match --posts F [--watches F|N,N] [--runs 3] [--skew 0.7]

F of posts is CSV (column ``text``), JSON Lines (``text``) or one post a line; F of watches is
JSON Lines of ``id`` and ``query``. Without a file, watches are made of the posts' own words: 60 %
two to four words with AND and OR, 20 % phrases, 10 % tags and handles, 10 % with NOT or fields,
drawn by Zipf's law with exponent ``--skew``. Prints JSON, medians of ``--runs`` with their n.

Beside each other in one run: the plain and (where installed) the compiled matcher, each in a
process of its own, whose growth of resident memory is ``rss_mb``; ``naive``, the definition asked
for every pair, on a sample; and ``fts5``, SQLite's full-text index: posts are indexed in batches
in memory and every watch is a query to each batch (tags and handles as words, fields left out).
``equal_matches`` compares 10,000 with 100,000 watches when a post matches as many of the one as of
the other. ``cpu`` figures are of processor time, the others of time on the clock.
"""

import argparse
import csv
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.watches_made import watches

from cornbread.listening.domain.matching import MatchablePost, Matcher, form, matches
from cornbread.listening.domain.query import (
    And,
    Field,
    Followers,
    Handle,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    QueryError,
    Tag,
    Word,
    parse,
)

SIZES = "10,1000,10000,100000"
#: Pairs of post and watch that the naive evaluator is asked for.
NAIVE_PAIRS = 20_000
#: Posts indexed at once in FTS5: the larger, the less each of many queries weighs, and the longer
#: a post waits for its batch to be full. The ratios are to the first.
BATCHES = (1000, 5000)
#: So many posts are matched in one timing, by repeating those there are.
AT_LEAST = 20_000


def read_posts(path: Path) -> list[str]:
    """The texts of a file of posts."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as lines:
            return [row["text"] for row in csv.DictReader(lines)]
    lines = path.read_text("utf-8").splitlines()
    if path.suffix in (".jsonl", ".ndjson"):
        return [json.loads(line)["text"] for line in lines if line.strip()]
    return [line for line in lines if line.strip()]


def read_watches(path: Path) -> dict[int, str]:
    """The queries of a file of watches, numbered."""
    lines = path.read_text("utf-8").splitlines()
    return dict(enumerate(json.loads(line)["query"] for line in lines if line.strip()))


def timed(work: Callable[[], object], n: int, runs: int) -> dict[str, float]:
    """Posts a second by the clock and by processor time, the median of the runs."""
    clock, cpu = [], []
    for _ in range(runs):
        began, began_cpu = time.perf_counter(), time.process_time()
        work()
        clock.append(n / (time.perf_counter() - began))
        cpu.append(n / (time.process_time() - began_cpu))
    return {
        "posts_per_s": round(statistics.median(clock)),
        "cpu_posts_per_s": round(statistics.median(cpu)),
    }


def resident_mb() -> float:
    """What this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def one(texts: Sequence[str], asked: dict[int, str], runs: int) -> dict[str, Any]:
    """The figures of one matcher, in this process."""
    Matcher.compile({1: 'warm OR "it up"'}).match_texts(texts[:10])
    gc.collect()
    before, began = resident_mb(), time.process_time()
    matcher = Matcher.compile(asked)
    build_cpu = time.process_time() - began
    gc.collect()
    built = resident_mb()
    first = timed(lambda: matcher.match_texts(texts), len(texts), 1)
    found = matcher.match_texts(texts)
    many = list(texts) * -(-AT_LEAST // len(texts))
    figures: dict[str, Any] = timed(lambda: matcher.match_texts(many), len(many), runs)
    stats = matcher.stats()
    return figures | {
        "form": form(),
        "first_pass_cpu_posts_per_s": first["cpu_posts_per_s"],
        "matches": sum(map(len, found)),
        "matches_per_post": round(sum(map(len, found)) / len(texts), 2),
        "build_s": round(matcher.build_s, 2),
        "build_cpu_s": round(build_cpu, 2),
        "rss_mb": round(built - before, 1),
        "rss_mb_after_matching": round(resident_mb() - before, 1),
        "own_estimate_mb": round(stats.bytes / 1e6, 1),
        "keys": stats.keys,
        "invalid": len(matcher.errors),
    }


def apart(posts: Path, asked: str, options: argparse.Namespace, *, plain: bool) -> dict[str, Any]:
    """``one`` in a process of its own."""
    environment = {**os.environ, "CORNBREAD_PLAIN": "1" if plain else ""}
    queries = chosen(read_posts(posts), asked, options)
    # Through a file, so that making them leaves no room in memory to grow into.
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as lines:
        lines.writelines(json.dumps({"query": query}) + "\n" for query in queries.values())
        lines.flush()
        command = [sys.executable, "-m", "benchmarks.match", "--one", "--posts", str(posts)]
        command += ["--watches", lines.name, "--runs", str(options.runs)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def naive(texts: Sequence[str], asked: dict[int, str]) -> dict[str, float]:
    """The definition, asked for a sample of pairs; a post a second is one against all watches."""
    queries = [tree for tree in map(parsed, asked.values()) if tree is not None]
    some = queries[:: max(1, len(queries) // 500)]
    posts = [MatchablePost(text) for text in texts[: max(3, NAIVE_PAIRS // len(some))]]
    began = time.process_time()
    for post in posts:
        for query in some:
            matches(query, post)
    each = (time.process_time() - began) / (len(posts) * len(some))
    return {"cpu_posts_per_s": round(1 / (each * len(queries)), 3), "pairs": len(posts) * len(some)}


def parsed(text: str) -> Query | None:
    """The query, if it is one."""
    try:
        return parse(text)
    except QueryError:
        return None


def as_fts5(query: Query) -> str | None:
    """The query in FTS5's language; None for what it cannot say, which is then left out."""
    match query:
        case Word(text) | Tag(text) | Handle(text):
            return f'"{text}"'
        case Phrase(words):
            return f'"{" ".join(words)}"'
        case Prefix(text):
            return f'"{text}"*'
        case Field() | Followers() | Not():
            return None
        case Or(parts):
            known = [said for part in parts if (said := as_fts5(part))]
            return f"({' OR '.join(known)})" if len(known) == len(parts) else None
        case And(parts):
            known = [said for part in parts if (said := as_fts5(part))]
            without = [as_fts5(part.part) for part in parts if isinstance(part, Not)]
            said = f"({' AND '.join(known)})" if known else ""
            for one_less in filter(None, without):
                said = f"({said} NOT {one_less})"
            return said or None
        case _:
            return None


def fts5(texts: Sequence[str], asked: dict[int, str], runs: int) -> dict[str, Any]:
    """Every watch as a query to an index in memory of a batch of posts."""
    import pysqlite3

    trees = [tree for tree in map(parsed, asked.values()) if tree is not None]
    said = [one_said for tree in trees if (one_said := as_fts5(tree))]
    result: dict[str, Any] = {"expressible": len(said)}
    for size in BATCHES:
        batch = (list(texts) * -(-size // len(texts)))[:size]

        def work(batch: list[str] = batch) -> None:
            connection = pysqlite3.connect(":memory:")
            connection.execute("CREATE VIRTUAL TABLE posts USING fts5(text, content='')")
            rows = list(enumerate(batch))
            connection.executemany("INSERT INTO posts(rowid, text) VALUES (?, ?)", rows)
            for one_said in said:
                connection.execute("SELECT rowid FROM posts(?)", (one_said,)).fetchall()
            connection.close()

        result[f"batches_of_{size}"] = timed(work, size, runs)
    return result


def equal_matches(posts: Path, options: argparse.Namespace) -> dict[str, Any]:
    """10,000 against 100,000 watches, the 10,000 of commoner words until matches are as many."""
    many = apart(posts, "100000", options, plain=True)
    low, high = options.skew, options.skew + 2.0
    texts = read_posts(posts)
    for _ in range(8):
        skew = (low + high) / 2
        matcher = Matcher.compile(watches(texts, 10_000, skew))
        found = sum(map(len, matcher.match_texts(texts))) / len(texts)
        low, high = (skew, high) if found < many["matches_per_post"] else (low, skew)
    tuned = argparse.Namespace(**{**vars(options), "skew": skew})
    result: dict[str, Any] = {"skew_of_10000": round(skew, 3)}
    for name, plain in (("plain", True), ("compiled", False)):
        small = apart(posts, "10000", tuned, plain=plain)
        large = many if plain else apart(posts, "100000", options, plain=False)
        if small["form"] != name:
            continue
        result[name] = {
            "matches_per_post": [small["matches_per_post"], large["matches_per_post"]],
            "cpu_posts_per_s": [small["cpu_posts_per_s"], large["cpu_posts_per_s"]],
            "times_cost": round(small["cpu_posts_per_s"] / large["cpu_posts_per_s"], 2),
        }
    return result


def compared(posts: Path, asked: str, options: argparse.Namespace) -> dict[str, Any]:
    """All that is measured of one set of watches."""
    texts = read_posts(posts)
    queries = chosen(texts, asked, options)
    figures: dict[str, Any] = {"watches": len(queries)}
    figures["plain"] = apart(posts, asked, options, plain=True)
    compiled = apart(posts, asked, options, plain=False)
    if compiled["form"] == "compiled":
        figures["compiled"] = compiled
    figures["naive"] = naive(texts, queries)
    figures["fts5"] = fts5(texts, queries, options.runs)
    for name in ("plain", "compiled"):
        if name in figures:
            beside = figures["fts5"][f"batches_of_{BATCHES[0]}"]
            ratio = figures[name]["cpu_posts_per_s"] / beside["cpu_posts_per_s"]
            figures[f"{name}_times_fts5_cpu"] = round(ratio, 1)
    return figures


def chosen(texts: Sequence[str], asked: str, options: argparse.Namespace) -> dict[int, str]:
    """The watches of a file, or so many made ones."""
    if asked.isdigit():
        return watches(texts, int(asked), options.skew)
    return read_watches(Path(asked))


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--posts", type=Path, required=True)
    arguments.add_argument("--watches", default=SIZES)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--skew", type=float, default=0.7)
    arguments.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    texts = read_posts(options.posts)
    if options.one:
        print(json.dumps(one(texts, chosen(texts, options.watches, options), options.runs)))
        return
    sizes = options.watches.split(",")
    figures: dict[str, Any] = {
        "posts": len(texts),
        "characters_per_post": round(statistics.mean(map(len, texts))),
        "runs": options.runs,
        "skew": options.skew,
        "sizes": [compared(options.posts, asked, options) for asked in sizes],
    }
    if {"10000", "100000"} <= set(sizes):
        figures["equal_matches"] = equal_matches(options.posts, options)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
