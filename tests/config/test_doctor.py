"""What the doctor minds about the machine, and about the road that posts travel."""

import json
import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cornbread.channels.models import Channel
from cornbread.config.database import sqlite_file
from cornbread.config.doctor import Finding, flow, machine, product
from cornbread.foundation import clock, metrics, spool
from cornbread.foundation.models import Job
from cornbread.listening import searching
from cornbread.listening.models import Mention
from tests import world
from tests.config.test_cli import cornbread
from tests.world import registered

__all__ = ["registered"]
MANUAL = Path(__file__).parents[2] / "docs" / "howto" / "operate.md"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    place.mkdir(mode=0o700)
    return place


def test_a_home_that_others_can_enter_is_minded(home: Path) -> None:
    database = home / "cornbread.sqlite3"
    database.touch(mode=0o644)
    assert machine.privacy(home, database).state == "ok"
    home.chmod(0o750)
    found = machine.privacy(home, database)
    assert (found.state, found.advice) == ("warn", f"chmod go= {home} {database}")
    database.chmod(0o600)
    assert machine.privacy(home, database).advice == f"chmod go= {home}"


def test_a_database_elsewhere_is_minded_for_itself(home: Path, tmp_path: Path) -> None:
    database = tmp_path / "data.sqlite3"
    database.touch(mode=0o600)
    log = tmp_path / "data.sqlite3-wal"
    log.touch(mode=0o640)
    assert sqlite_file(f"sqlite://{database}", home) == database
    assert machine.privacy(home, database).advice == f"chmod go= {log}"


@pytest.mark.parametrize("url", [None, "", "postgres://localhost/x", "sqlite:"])
def test_otherwise_the_database_is_in_the_home(url: str | None, home: Path) -> None:
    assert sqlite_file(url, home) == home / "cornbread.sqlite3"


def test_what_a_start_writes_is_its_owners_affair(tmp_path: Path) -> None:
    home = tmp_path / "shared"
    home.mkdir()
    home.chmod(0o777)
    assert cornbread(home, "migrate").returncode == 0
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    assert f"chmod go= {home}\n" in cornbread(home, "doctor").stdout


def test_an_address_that_cannot_be_is_refused_in_one_sentence(tmp_path: Path) -> None:
    result = cornbread(tmp_path, "migrate", CORNBREAD_URL="care.example")
    assert result.returncode == 2
    assert result.stderr.startswith("CORNBREAD_URL is “care.example”")


def said(result: Finding) -> tuple[str, str]:
    assert result.advice or result.state == "ok"
    return result.state, result.sentence


@pytest.mark.django_db
@pytest.mark.usefixtures("pretend")
def test_a_channel_that_gives_no_sign_is_named_with_how_long() -> None:
    place = world.channel(world.workspace())
    beat = clock.now() - timedelta(minutes=47, seconds=5)
    Channel.objects.filter(pk=place.pk).update(last_beat_at=beat)
    assert said(flow.silent()) == ("warn", "1 channel silent; @redkite for 47 minutes")
    Channel.objects.filter(pk=place.pk).update(last_beat_at=clock.now())
    assert flow.silent().state == "ok"


@pytest.mark.django_db
def test_the_queue_that_waits_longest_is_named() -> None:
    for minutes, queue in ((9, "outbound"), (12, "reactions")):
        due = clock.now() - timedelta(minutes=minutes)
        Job.objects.create(task="x", queue=queue, max_attempts=1, due_at=due, created_at=due)
    found = product.jobs()
    assert said(found) == ("warn", "2 jobs due, the oldest for 12 minutes in reactions")
    assert "--queue reactions" in found.advice


@pytest.mark.django_db
@pytest.mark.usefixtures("pretend")
def test_a_post_from_the_future_is_named_by_where_it_came_from() -> None:
    place = world.channel(world.workspace())
    ahead = clock.now() + timedelta(minutes=90, seconds=5)
    world.hear(place, world.post("1", at=ahead), follow_up=False)
    sentence = f"A post of {place.source} is dated 90 minutes in the future"
    assert said(flow.post_times()) == ("warn", sentence)


@pytest.mark.django_db
@pytest.mark.usefixtures("pretend")
@pytest.mark.sqlite  # PostgreSQL keeps the index itself
def test_messages_that_search_cannot_find_are_counted_and_found_after_a_rebuild() -> None:
    place = world.channel(world.workspace())
    world.hear(place, world.post("1"), world.post("2", by="bo"), follow_up=False)
    assert flow.search_index().state == "ok"
    searching.forget_mentions(place.workspace_id, [Mention.objects.order_by("pk")[0].pk])
    assert flow.search_index().figures == {"missing": 1}
    assert searching.rebuild() == 2
    assert flow.search_index().state == "ok"


def test_handed_in_posts_that_wait_or_were_set_aside_are_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.HOME = home
    assert flow.spooled().state == "ok"
    (home / "spool").mkdir()
    spool.set_aside(home / "spool", b"x", "It cannot be read.")
    assert "the last because: It cannot be read." in flow.spooled().sentence
    monkeypatch.setattr(flow, "_SPOOL_BYTES", 10)
    with closing(spool.open_writer(home / "spool")) as writer:
        writer.write([b"x" * 2 * 1024**2])
    assert flow.spooled().sentence == "2 MB wait to be taken in"


def test_a_log_that_has_grown_is_minded(home: Path, settings: Any) -> None:
    settings.DATABASES = {"default": {"ENGINE": "x.sqlite3", "NAME": home / "cornbread.sqlite3"}}
    with (home / "cornbread.sqlite3-wal").open("wb") as log:
        log.truncate(300 * 1024**2)
    assert said(flow.sqlite_log()) == ("warn", "The write-ahead log has 300 MB")


def test_slow_writes_are_minded_once_there_were_some(monkeypatch: pytest.MonkeyPatch) -> None:
    for total, quick, state in ((10, 0, "ok"), (100, 96, "ok"), (100, 90, "warn")):
        monkeypatch.setattr(metrics, "observed", lambda *_, told=(total, quick): told)
        assert flow.writes().state == state


def test_a_histogram_is_read_back() -> None:
    total, quick = metrics.observed("cornbread_batch_seconds", 1.0)
    metrics.BATCH_SECONDS.labels("pretend").observe(0.2)
    metrics.BATCH_SECONDS.labels("pretend").observe(3)
    assert metrics.observed("cornbread_batch_seconds", 1.0) == (total + 2, quick + 1)


@pytest.mark.django_db
def test_many_watches_want_the_compiled_matcher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cornbread.listening.domain.matching.form", lambda: "plain")
    assert flow.matcher().sentence == "plain, with 0 active watches"
    monkeypatch.setattr(flow, "_MANY_WATCHES", -1)
    assert flow.matcher().state == "warn"


@pytest.mark.slow
def test_the_report_names_every_check_and_a_stream_that_is_away_fails(tmp_path: Path) -> None:
    assert cornbread(tmp_path, "migrate").returncode == 0
    well = cornbread(tmp_path, "doctor", "--json")
    assert well.returncode == 0
    names = {one["name"] for one in json.loads(well.stdout)["findings"]}
    listed = re.findall(r"^\| `([a-z ]+)` \|", MANUAL.read_text(encoding="utf-8"), re.M)
    assert names == set(listed)
    away = cornbread(tmp_path, "doctor", STREAM_URL="nats://127.0.0.1:1")
    assert away.returncode == 2
    assert "fail  stream" in away.stdout
    assert cornbread(tmp_path, "search", "rebuild").stdout == "0 messages indexed.\n"
