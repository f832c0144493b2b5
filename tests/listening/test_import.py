"""Importing real support threads: figures of an independent computation, whatever happens."""

import csv
import json
import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection

from cornbread.care.models import Conversation, Entry
from cornbread.config.cli import app
from cornbread.foundation.models import Job
from cornbread.listening import importing
from cornbread.listening.models import Mention
from cornbread.people.models import Identity
from cornbread.team import actions as team
from cornbread.team.domain.actors import SYSTEM

FILE = Path(__file__).parents[3] / "shared" / "data" / "support_threads" / "threads.csv"
MAP = (
    "id=tweet_id,author=author_id,text=text,created_at=created_at,"
    "in_reply_to=in_response_to_tweet_id,inbound=inbound"
)
real = pytest.mark.skipif(
    not FILE.exists(), reason="the support threads are not here: shared/data/support_threads"
)
pytestmark = pytest.mark.django_db(transaction=True)

Row = dict[str, str]


def rows_of(path: Path) -> list[Row]:
    """The complete rows of a file; the real one ends in a cut-off row."""
    with path.open(newline="", encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if row["inbound"] in ("True", "False")]


def figures_of(rows: list[Row]) -> dict[str, Any]:
    """The definitions taken literally, sharing nothing with the product."""
    by_id = {row["tweet_id"]: row for row in rows}

    def parent(row: Row) -> str:
        return row["in_response_to_tweet_id"].removesuffix(".0")

    def root(id_: str) -> str:
        while id_ in by_id and parent(by_id[id_]):
            id_ = parent(by_id[id_])
        return id_

    def when(row: Row) -> float:
        return datetime.strptime(row["created_at"], "%a %b %d %H:%M:%S %z %Y").timestamp()

    asked: dict[tuple[str, str], list[float]] = {}
    told: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        if row["inbound"] == "True":
            asked.setdefault((root(row["tweet_id"]), row["author_id"]), []).append(when(row))
            continue
        above: Row | None = row
        while above is not None and above["inbound"] == "False":
            above = by_id.get(parent(above))
        if above is not None:
            told.setdefault((root(above["tweet_id"]), above["author_id"]), []).append(when(row))
    levels, waits = Counter[str](), []
    for key, times in asked.items():
        answers = [at for at in told.get(key, []) if at >= min(times)]
        wait = min(answers) - min(times) if answers else math.inf
        level = 0 if not answers else 3 if wait <= 1800 else 2 if wait <= 86_400 else 1
        levels[str(level)] += 1
        waits += [wait] if answers else []
    waits.sort()
    n = len(waits)
    return {
        "conversations": len(asked),
        "levels": {str(level): levels[str(level)] for level in range(8)},
        "first_response": {
            "median_s": (waits[(n - 1) // 2] + waits[n // 2]) / 2,
            "p90_s": waits[math.ceil(n * 0.9) - 1],
            "n": n,
        },
    }


def run(*words: str) -> Any:
    result = CliRunner().invoke(app, [*words, "--workspace", "w", "--json"])
    assert result.exit_code == 0, result.output + repr(result.exception)
    return json.loads(result.stdout)


def imported(path: Path) -> Any:
    return run("import", str(path), "--map", MAP)


def written(path: Path, rows: list[Row]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def counted() -> dict[str, int]:
    models = (Mention, Identity, Conversation, Entry)
    return {model.__name__: model.objects.count() for model in models}


@real
def test_real_threads_give_the_figures_of_an_independent_computation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(importing, "BATCH", 300)
    rows = rows_of(FILE)
    report = imported(FILE)
    assert report["new"] == len(rows)
    assert report["rejected"] == report["read"] - len(rows)
    assert run("levels") == figures_of(rows)
    assert not Job.objects.filter(queue="reactions").exclude(state="done").exists()

    before = counted()
    assert imported(FILE)["new"] == 0
    copy = tmp_path / "copy.csv"
    copy.write_bytes(FILE.read_bytes())
    assert imported(copy)["new"] == 0
    assert counted() == before
    assert run("levels") == figures_of(rows)


@real
@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_rows_give_the_same_figures(
    seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(importing, "BATCH", 400)
    rows = rows_of(FILE)
    shuffled = random.Random(seed).sample(rows, len(rows))
    imported(written(tmp_path / "shuffled.csv", shuffled))
    assert run("levels") == figures_of(rows)
    assert not Conversation.objects.filter(merged_into=None, entries=None).exists()


@real
@pytest.mark.parametrize("turned", [False, True])
def test_two_halves_in_either_order_give_the_same_figures(turned: bool, tmp_path: Path) -> None:
    rows = rows_of(FILE)
    middle = len(rows) // 2
    halves = [
        written(tmp_path / "first.csv", rows[:middle]),
        written(tmp_path / "second.csv", rows[middle:]),
    ]
    for half in reversed(halves) if turned else halves:
        imported(half)
    assert run("levels") == figures_of(rows)


def environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own; on PostgreSQL the database of the tests."""
    names = {"PATH": os.environ["PATH"], "CORNBREAD_HOME": str(tmp_path / "home")}
    if connection.vendor == "postgresql":
        names["DATABASE_URL"] = f"postgres://root@localhost/{connection.settings_dict['NAME']}"
    return names


def cornbread(tmp_path: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "cornbread.config", *words]


def told(tmp_path: Path, *words: str) -> str:
    return subprocess.run(
        cornbread(tmp_path, *words),
        env=environment(tmp_path),
        check=True,
        capture_output=True,
        text=True,
        timeout=100,
    ).stdout


def further(process: subprocess.Popen[bytes], figure: Callable[[], int]) -> None:
    """Wait until the run has come further: a kill by the clock meets another moment elsewhere."""
    begun = figure()
    while process.poll() is None and figure() <= begun:
        time.sleep(0.005)


def mentions_in(home: Path) -> int:
    """What the killed runs have kept, in the database of :func:`environment`."""
    if connection.vendor == "postgresql":
        return Mention.objects.count()
    with closing(sqlite3.connect(home / "home" / "cornbread.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM listening_mention").fetchone()[0])


@real
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_killed_at_random_moments_an_import_loses_and_doubles_nothing(tmp_path: Path) -> None:
    told(tmp_path, "migrate")
    rows = rows_of(FILE)
    # Every row three times over under other ids: enough work to be killed in.
    many = [
        {
            **row,
            "tweet_id": f"{turn}{row['tweet_id']}",
            "author_id": f"{turn}{row['author_id']}",
            "in_response_to_tweet_id": row["in_response_to_tweet_id"]
            and f"{turn}{row['in_response_to_tweet_id']}",
        }
        for turn in range(1, 4)
        for row in rows
    ]
    file = written(tmp_path / "many.csv", random.Random(3).sample(many, len(many)))
    words = ["import", str(file), "--workspace", "w", "--map", MAP, "--json"]
    chance, cut_off = random.Random(11), 0
    for _ in range(12):
        with subprocess.Popen(
            cornbread(tmp_path, *words),
            env=environment(tmp_path),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            further(process, lambda: mentions_in(tmp_path))
            time.sleep(chance.uniform(0, 0.2))
            cut_off += process.poll() is None
            process.send_signal(signal.SIGKILL)
    assert cut_off >= 6, "too few runs were killed in their middle"
    told(tmp_path, *words)
    assert json.loads(told(tmp_path, "levels", "--workspace", "w", "--json")) == figures_of(many)
    again = json.loads(told(tmp_path, *words))
    assert again["new"] == 0


@pytest.mark.parametrize("kills", [12])
def test_reactions_cut_off_again_and_again_are_followed_all_the_same(
    kills: int, tmp_path: Path
) -> None:
    file = written(tmp_path / "one.csv", [_row("1", "ana", "True"), _row("2", "us", "False", "1")])
    imported(file)
    # As if every run so far had been killed while it was following up.
    Entry.objects.all().delete()
    Job.objects.filter(queue="reactions").update(
        state="dead", attempts=kills, last_error={"class": "WorkerDied", "code": ""}
    )
    imported(file)
    assert Entry.objects.count() == 2


def _row(id_: str, author: str, inbound: str, parent: str = "") -> Row:
    return {
        "tweet_id": id_,
        "author_id": author,
        "inbound": inbound,
        "created_at": "Tue Oct 31 22:10:47 +0000 2017",
        "text": "Hello, is anybody there?",
        "response_tweet_id": "",
        "in_response_to_tweet_id": parent,
    }


def test_lines_that_cannot_be_read_are_reported_with_reasons(tmp_path: Path) -> None:
    rows = [
        _row("1", "ana", "True"),
        _row("", "ana", "True"),
        {**_row("3", "ana", "True"), "created_at": "yesterday"},
        _row("4", "ana", "perhaps"),
        _row("5.0", "ana", "True", "1.0"),
    ]
    file, report = written(tmp_path / "odd.csv", rows), tmp_path / "report.csv"
    found = run("import", str(file), "--map", MAP, "--report", str(report))
    assert (found["new"], found["rejected"]) == (2, 3)
    assert sum(found["reasons"].values()) == 3
    with report.open(newline="") as lines:
        assert [line["line"] for line in csv.DictReader(lines)] == ["3", "4", "5"]
    assert Conversation.objects.count() == 1


def reported(report: Path) -> list[str]:
    with report.open(newline="") as lines:
        return [line["line"] for line in csv.DictReader(lines)]


def test_a_report_has_what_an_interrupted_run_left_out_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 3)
    rows = [_row("" if number % 2 else str(number), "ana", "True") for number in range(2, 12)]
    file, report = written(tmp_path / "odd.csv", rows), tmp_path / "report.csv"
    words = ["import", str(file), "--map", MAP, "--report", str(report)]
    steps = importing.import_file(
        file, MAP, team.create_workspace("w", slug="w"), by=SYSTEM, name="import"
    )
    # Two batches are kept, and of the second nobody was told before the run was killed.
    next(steps), next(steps)
    steps.close()
    found = run(*words)
    assert (found["read"], found["rejected"]) == (4, 2)
    odd = ["3", "5", "7", "9", "11"]
    assert reported(report) == odd
    run(*words)
    assert reported(report) == odd
    # A changed file is read, and reported, from its beginning.
    written(file, [*rows, _row("", "ana", "True")])
    run(*words)
    assert reported(report) == [*odd, "12"]


def test_a_report_that_cannot_be_written_is_said_before_anything_is_imported(
    tmp_path: Path,
) -> None:
    file = written(tmp_path / "one.csv", [_row("1", "ana", "True")])
    words = ["import", str(file), "--map", MAP, "--report", str(tmp_path / "no" / "report.csv")]
    result = CliRunner().invoke(app, [*words, "--workspace", "w"])
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert not Mention.objects.exists()


def grown(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_killed_at_random_moments_an_import_reports_every_bad_line_once(tmp_path: Path) -> None:
    told(tmp_path, "migrate")
    rows = [_row("" if number % 7 == 0 else f"{number}", "ana", "True") for number in range(8_000)]
    file, report = written(tmp_path / "odd.csv", rows), tmp_path / "report.csv"
    words = ["import", str(file), "--workspace", "w", "--map", MAP, "--report", str(report)]
    chance, cut_off = random.Random(7), 0
    for _ in range(4):
        with subprocess.Popen(
            cornbread(tmp_path, *words),
            env=environment(tmp_path),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            further(process, lambda: grown(report))
            time.sleep(chance.uniform(0, 0.1))
            cut_off += process.poll() is None
            process.send_signal(signal.SIGKILL)
    assert cut_off, "no run was killed in its middle"
    told(tmp_path, *words)
    assert reported(report) == [str(number + 2) for number in range(0, 8_000, 7)]


def test_a_person_without_the_right_imports_nothing(tmp_path: Path) -> None:
    from cornbread.foundation.errors import NotAllowed
    from tests import world

    file = written(tmp_path / "one.csv", [_row("1", "ana", "True")])
    brand = world.workspace()
    with pytest.raises(NotAllowed):
        list(importing.import_file(file, MAP, brand, by=world.member(brand)))
    assert not Mention.objects.exists()
