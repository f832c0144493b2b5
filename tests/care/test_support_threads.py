"""Conversations, levels and figures of real support threads, against plain arithmetic."""

import csv
import math
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cornbread.care.domain.levels import Thresholds, level
from cornbread.care.domain.measures import summary
from cornbread.care.domain.timeline import Entry, EntryKind
from cornbread.listening.domain.threads import Post, group

FILE = Path(__file__).parents[3] / "shared" / "data" / "support_threads" / "threads.csv"

pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason="the support threads are not here: shared/data/support_threads"
)

Row = tuple[str, str, bool, datetime, str | None]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Complete rows as (id, author, inbound, time, parent); the file ends in a cut-off one."""
    found: list[Row] = []
    with FILE.open(newline="", encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            if line["inbound"] not in ("True", "False"):
                continue
            when = datetime.strptime(line["created_at"], "%a %b %d %H:%M:%S %z %Y")
            parent = line["in_response_to_tweet_id"].removesuffix(".0") or None
            found.append(
                (line["tweet_id"], line["author_id"], line["inbound"] == "True", when, parent)
            )
    return found


def expected_summary(rows: list[Row]) -> tuple[int, dict[str, int], float, float, int]:
    """The definitions taken literally, with nothing shared but the rows."""
    by_id = {row[0]: row for row in rows}

    def root(id_: str) -> str:
        while id_ in by_id and (parent := by_id[id_][4]) is not None:
            id_ = parent
        return id_

    asked: dict[tuple[str, str], list[datetime]] = {}
    for id_, author, inbound, when, _ in rows:
        if inbound:
            asked.setdefault((root(id_), author), []).append(when)
    told: dict[tuple[str, str], list[datetime]] = {}
    for _, _, inbound, when, parent in rows:
        above = by_id.get(parent or "")
        while not inbound and above is not None and not above[2]:
            above = by_id.get(above[4] or "")
        if not inbound and above is not None:
            told.setdefault((root(above[0]), above[1]), []).append(when)
    levels: Counter[str] = Counter()
    waits: list[float] = []
    for key, times in asked.items():
        answers = [when for when in told.get(key, []) if when >= min(times)]
        if not answers:
            levels["0"] += 1
            continue
        wait = (min(answers) - min(times)).total_seconds()
        waits.append(wait)
        levels["3" if wait <= 1800 else "2" if wait <= 86_400 else "1"] += 1
    waits.sort()
    n = len(waits)
    median = (waits[(n - 1) // 2] + waits[n // 2]) / 2
    return len(asked), dict(levels), median, waits[math.ceil(n * 0.9) - 1], n


def test_real_support_threads_give_the_figures_of_an_independent_computation(
    rows: list[Row],
) -> None:
    by_id = {row[0]: row for row in rows}
    found = group(Post(id_, author, inbound, parent) for id_, author, inbound, _, parent in rows)
    placed = [id_ for ids in found.conversations.values() for id_ in ids]
    assert len(placed) + len(found.announcements) + len(found.unknown) == len(rows)
    results = [
        level(
            [
                Entry(
                    id=int(id_),
                    at=by_id[id_][3],
                    kind=EntryKind.MESSAGE_IN if by_id[id_][2] else EntryKind.MESSAGE_OUT,
                )
                for id_ in ids
            ],
            Thresholds(quick=timedelta(minutes=30), slow=timedelta(hours=24)),
        )
        for ids in found.conversations.values()
    ]
    figures = summary((r.level for r in results), (r.first_response for r in results))
    conversations, levels, median, p90, n = expected_summary(rows)
    assert figures.conversations == conversations > 500
    assert {key: count for key, count in figures.levels.items() if count} == levels
    times = figures.first_response
    assert (times.median_s, times.p90_s, times.n) == (median, p90, n)
