"""Posts matched with SQLite's full-text index, for ``match.py`` to stand beside."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

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

#: Posts indexed at once in FTS5: the larger, the less each of many queries weighs, and the longer
#: a post waits for its batch to be full. The ratios are to the first.
BATCHES = (1000, 5000)


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
