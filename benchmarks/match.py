"""How many posts a second are matched against how many watches, on one core.

    python -m benchmarks.match --posts F [--watches F|N,N] [--runs 3] [--skew 0.7] [--also=-1.0]

(or ``python benchmarks/match.py``)

F of posts is CSV (column ``text``), JSON Lines (``text``) or one post a line; F of watches is
JSON Lines of ``id`` and ``query``. Without a file, watches are made of the posts' own words: 60 %
two to four words with AND and OR, 20 % phrases, 10 % tags and handles, 10 % with NOT or fields,
drawn by Zipf's law with exponent ``--skew``: the larger, the more of them a post matches. Prints
JSON, medians of ``--runs`` with their n. ``other_skews`` shows 10,000 watches also with the
exponents of ``--also`` (below 0 rare words are the likelier ones) and posts given 500 at a time.

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
from collections.abc import Sequence
from pathlib import Path
from typing import Any

if not __package__:  # run as a file
    sys.path[0] = str(Path(__file__).parents[1])

from benchmarks.match_fts5 import BATCHES, fts5, parsed, timed
from benchmarks.watches_made import watches

from cornbread.listening.domain.matching import MatchablePost, Matcher, form, matches

SIZES = "10,1000,10000,100000"
#: Pairs of post and watch that the naive evaluator is asked for.
NAIVE_PAIRS = 20_000
#: A caller may also give so few posts at a time.
SMALL_BATCH = 500
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
    few = [many[at : at + SMALL_BATCH] for at in range(0, len(many), SMALL_BATCH)]
    small = timed(lambda: [matcher.match_texts(some) for some in few], len(many), runs)
    stats = matcher.stats()
    return figures | {
        "form": form(),
        "first_pass_cpu_posts_per_s": first["cpu_posts_per_s"],
        f"cpu_posts_per_s_by_{SMALL_BATCH}": small["cpu_posts_per_s"],
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
        command = [sys.executable, __file__, "--one", "--posts", str(posts)]
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


def other_skews(posts: Path, options: argparse.Namespace) -> dict[str, Any]:
    """10,000 watches of which a post matches fewer or more."""
    result: dict[str, Any] = {}
    for skew in options.also.split(","):
        made = argparse.Namespace(**{**vars(options), "skew": float(skew)})
        each = [apart(posts, "10000", made, plain=plain) for plain in (True, False)]
        result[skew] = {figures["form"]: figures for figures in each}
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
    arguments.add_argument("--also", default="-1.0,0.3,1.0")
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
    if options.also:
        figures["other_skews"] = other_skews(options.posts, options)
    if {"10000", "100000"} <= set(sizes):
        figures["equal_matches"] = equal_matches(options.posts, options)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
