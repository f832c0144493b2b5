"""How long the inbox and its search take with many conversations.

    python -m benchmarks.inbox [--sizes 100000,1000000] [--runs 200] [--home DIR] [--posts F.csv]
                               [--database-url postgres://user@host/name]

Fills a database once for each size (below ``--home``, or beside the named one as name_size) and
keeps it for the next run. Prints JSON: milliseconds of wall time, p50 and p99 of ``runs`` in one
process, of each list's first and deepest page (``query``: the statements that find the rows and
read them; ``page``: with everything a row shows, and for a list of words the look-up of these), of
the folder counts, and of searches beside ranking all hits.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

if not __package__:  # run as a file
    sys.path[0] = str(Path(__file__).parents[1])


#: Seconds for one figure, and the fewest runs for it.
LONGEST_S, FEWEST = 6.0, 5


def main() -> None:
    """One process for each size, since settings name one database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="100000,1000000")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--home", type=Path, default=Path(tempfile.gettempdir()) / "inbox-bench")
    parser.add_argument("--posts", type=Path, help="a CSV file with a column text")
    parser.add_argument("--database-url", default="")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.one, args.runs, args.posts)))
        return
    told: dict[str, Any] = {"runs": args.runs, "sizes": {}}
    for size in map(int, args.sizes.split(",")):
        command = [sys.executable, "-m", "benchmarks.inbox", "--one", str(size)]
        command += ["--runs", str(args.runs)]
        command += ["--posts", str(args.posts)] if args.posts else []
        done = subprocess.run(
            command, env=_environment(args, size), check=True, stdout=subprocess.PIPE, text=True
        )
        told["sizes"][size] = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(told, indent=2))


def _environment(args: argparse.Namespace, size: int) -> dict[str, str]:
    home = args.home / str(size)
    environment = {**os.environ, "CORNBREAD_HOME": str(home), "CORNBREAD_LOG": "WARNING"}
    environment.pop("DATABASE_URL", None)
    if args.database_url:
        environment["DATABASE_URL"] = _own_database(args.database_url, size)
    return environment


def _own_database(url: str, size: int) -> str:
    """A database of its own for this size, made where it is missing."""
    import psycopg

    server_url, _, name = url.rpartition("/")
    name = f"{name}_{size}"
    with psycopg.connect(f"{server_url}/postgres", autocommit=True) as server:
        known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not known.fetchone():
            server.execute(f'CREATE DATABASE "{name}"')
    return f"{server_url}/{name}"


def measure(size: int, runs: int, posts: Path | None) -> dict[str, Any]:
    """The figures of one database."""
    from cornbread.config.cli.loading import load_product

    load_product()
    from benchmarks import inbox_fill
    from django.db import connection

    from cornbread.config import migrating

    migrating.migrate()
    began = time.perf_counter()
    from cornbread.team.models import Workspace

    if not Workspace.objects.filter(name="Big").exists():
        inbox_fill.fill(size, posts)
    if connection.vendor == "postgresql":  # what its autovacuum does after a while
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    told: dict[str, Any] = {
        "database": connection.vendor,
        "fill_s": round(time.perf_counter() - began, 1),
    }
    told["lists"] = _lists(runs)
    told["counts"] = _counts(runs)
    told["search"] = _searches(runs)
    return told


def _timed(ask: Callable[[], Any], runs: int) -> dict[str, float]:
    """Milliseconds of up to so many runs; what is slow is tried fewer times, as ``n`` says."""
    ask()
    took: list[float] = []
    until = time.perf_counter() + LONGEST_S
    while len(took) < runs and (len(took) < FEWEST or time.perf_counter() < until):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    n = len(took)
    p50, p99 = took[n // 2], took[math.ceil(n * 0.99) - 1]
    return {"n": n, "p50": round(p50, 3), "p99": round(p99, 3)}


def _members() -> dict[str, Any]:
    from cornbread.team.models import Member

    found = Member.objects.select_related("user", "workspace")
    big = found.filter(workspace__name="Big")
    return {
        "owner": big.get(role="owner"),
        "agent": big.get(role="agent"),
        "partner": big.get(role="partner"),
        "small": found.get(workspace__name="Small"),
    }


def _lists(runs: int) -> dict[str, Any]:
    from cornbread.care.models import Conversation
    from cornbread.care.queries import Filters

    who = _members()
    channel = Conversation.objects.filter(workspace=who["owner"].workspace).first()
    views = {
        "open": (Filters(), "agent"),
        "all": (Filters(status="all"), "agent"),
        "resolved": (Filters(status="resolved"), "agent"),
        "unassigned": (Filters(assignee="none"), "agent"),
        "mine": (Filters(assignee="me"), "owner"),
        "mine, none": (Filters(assignee="me"), "agent"),
        "label of 5 %": (Filters(label="refund"), "agent"),
        "label of 0.25 %": (Filters(label="vip"), "agent"),
        "channel": (Filters(channel=channel.channel_id if channel else 0), "agent"),
        "level": (Filters(level=2), "agent"),
        "level, none": (Filters(level=7), "agent"),
        "partner": (Filters(), "partner"),
        "search": (Filters(status="all", search="quokka"), "agent"),
        "small brand": (Filters(), "small"),
    }
    return {name: _list(filters, who[reader], runs) for name, (filters, reader) in views.items()}


def _list(filters: Any, reader: Any, runs: int) -> dict[str, Any]:
    from cornbread.care import paging, queries

    ordered = queries.narrowed(filters, seen_by=reader).order_by("-position", "-pk")
    last = list(ordered.values_list("position", "pk")[:51])
    told: dict[str, Any] = {}
    for depth, place in (("first", None), ("deepest", last[-1] if len(last) == 51 else None)):

        def page(place: Any = place) -> int:
            return len(paging.page(filters, seen_by=reader, place=place, size=51))

        found = paging.page(filters, seen_by=reader, place=place, size=51)
        asked: list[Any] = [*paging.places(filters, seen_by=reader, place=place, size=51)]
        asked += [queries.rows([one.pk for one in found], seen_by=reader)] if found else []
        alone = [query.query.sql_with_params() for query in asked]
        told[depth] = {
            "rows": len(found),
            "query": _timed(lambda alone=alone: _fetch(alone), runs),
            "page": _timed(page, min(runs, 50)),
        }
    return told


def _fetch(statements: Sequence[tuple[str, Any]]) -> None:
    """The statements of a page alone: run, and all rows read."""
    from django.db import connection

    with connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)
            cursor.fetchall()


def _counts(runs: int) -> dict[str, Any]:
    from cornbread.care import queries

    who = _members()
    return {
        name: _timed(lambda name=name: queries.counts(seen_by=who[name]), min(runs, 100))
        for name in ("agent", "partner", "small")
    }


def _searches(runs: int) -> dict[str, Any]:
    from benchmarks.inbox_fill import COMMON, PHRASE, RARE

    from cornbread.care import searching
    from cornbread.care.queries import Filters
    from cornbread.listening import searching as index
    from cornbread.listening.domain.wording import read

    who = _members()
    everything = Filters(status="all")
    told: dict[str, Any] = {}
    for name, typed, reader in (
        ("common", COMMON, "agent"),
        ("rare", RARE, "agent"),
        ("phrase", PHRASE, "agent"),
        ("two words", f"{COMMON} refund", "agent"),
        ("word without another", f"{COMMON} -refund", "agent"),
        ("beginning", f"{COMMON[:3]}*", "agent"),
        ("nothing", "zyzzyva", "agent"),
        ("common, small brand", COMMON, "small"),
        ("common, partner", COMMON, "partner"),
    ):
        wording, member = read(typed), who[reader]

        def newest(wording: Any = wording, member: Any = member) -> int:
            return len(index.newest(wording, member.workspace_id, limit=50))

        def page(wording: Any = wording, member: Any = member) -> int:
            return len(searching.messages(wording, everything, seen_by=member, limit=50).hits)

        told[name] = {
            "hits": newest(),
            "newest 50": _timed(newest, runs),
            "with conversations": _timed(page, min(runs, 100)),
        }
    told["ranking all, common"] = _timed(lambda: _ranked(who["agent"].workspace_id), 5)
    ratio = told["ranking all, common"]["p50"] / told["common"]["newest 50"]["p50"]
    told["newest is faster by"] = round(ratio)
    return told


def _ranked(workspace_id: int) -> int:
    """The 50 best of all hits by bm25 or ts_rank, as search engines order them by default."""
    from benchmarks.inbox_fill import COMMON
    from django.db import connection

    from cornbread.listening.searching import ID_BITS

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT id FROM listening_mention WHERE workspace_id = %s AND deleted_at IS NULL "
                "AND words @@ %s::tsquery ORDER BY ts_rank(words, %s::tsquery) DESC LIMIT 50",
                [workspace_id, COMMON, COMMON],
            )
        else:
            first = workspace_id << ID_BITS
            cursor.execute(
                "SELECT rowid FROM listening_search WHERE listening_search MATCH %s AND rowid "
                "BETWEEN %s AND %s ORDER BY bm25(listening_search) LIMIT 50",
                [COMMON, first, first + (1 << ID_BITS) - 1],
            )
        return len(cursor.fetchall())


if __name__ == "__main__":
    main()
