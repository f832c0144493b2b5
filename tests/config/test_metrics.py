"""What Prometheus reads: who may, what is counted, and that the manual names all of it."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cornbread.config.standing import READINGS
from cornbread.foundation import clock, metrics
from cornbread.foundation.jobs import drain
from cornbread.foundation.models import Job
from tests import world
from tests.world import channel, hear, post, registered

__all__ = ["registered"]

pytestmark = [pytest.mark.django_db]
MANUAL = Path(__file__).parents[2] / "docs" / "howto" / "operate.md"


def value(line: str) -> float:
    """The value of a series, 0 where it is not there yet; with its labels as they are written."""
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    found = re.search(rf"^{re.escape(line)} (\S+)$", answer.content.decode(), re.M)
    return float(found[1]) if found else 0.0


def status(**asked: str) -> int:
    headers = {name: text for name, text in asked.items() if name != "REMOTE_ADDR"}
    return (
        Client(**{k: v for k, v in asked.items() if k == "REMOTE_ADDR"})
        .get("/metrics", headers=headers)
        .status_code
    )


def test_without_a_token_only_this_machine_reads(settings: Any) -> None:
    assert status() == 200
    assert status(REMOTE_ADDR="::1") == 200
    assert status(REMOTE_ADDR="10.0.0.7") == 404
    assert status(REMOTE_ADDR="") == 404
    assert status(**{"X-Forwarded-For": "127.0.0.1"}) == 404
    assert status(Host="evil.example") == 404
    settings.PUBLIC_URL = "https://care.brand.example"
    assert status() == 404


def test_with_a_token_whoever_holds_it_reads_and_nobody_else(settings: Any) -> None:
    settings.METRICS_TOKEN = "a-long-token"
    good = {"Authorization": "Bearer a-long-token"}
    assert status(REMOTE_ADDR="10.0.0.7", Host="10.0.0.1:8000", **good) == 200
    assert status() == 404
    for wrong in ("Bearer a-long-toke", "Basic a-long-token", "Bearer é", ""):
        assert status(Authorization=wrong) == 404


@pytest.mark.usefixtures("pretend")
def test_a_batch_is_counted_with_its_lag_and_its_reactions() -> None:
    kept = 'cornbread_posts_total{network="pretend",outcome="kept"}'
    heard = 'cornbread_posts_total{network="pretend",outcome="heard"}'
    lag = 'cornbread_post_lag_seconds_bucket{le="60.0",network="pretend"}'
    done = 'cornbread_jobs_total{outcome="done",queue="reactions"}'
    before = [value(line) for line in (heard, kept, lag, done)]
    place = channel(world.workspace())
    moment = clock.now() - timedelta(seconds=20)
    hear(place, post("1", at=moment), post("2", "weather", by="bo", addressed=False, at=moment))
    after = [value(line) for line in (heard, kept, lag, done)]
    assert [b - a for a, b in zip(before[:3], after[:3], strict=True)] == [2, 1, 1]
    assert after[3] > before[3]
    assert 'cornbread_reaction_seconds_count{reaction="cornbread.care' in scrape()


@pytest.mark.usefixtures("pretend")
def test_a_batch_that_fails_is_counted_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = 'cornbread_posts_total{network="pretend",outcome="failed"}'
    before = value(failed)
    place = channel(world.workspace())
    monkeypatch.setattr("cornbread.listening.intake.write", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        hear(place, post("1"))
    assert value(failed) == before + 1


def test_what_waits_is_asked_at_the_moment() -> None:
    drain()
    due = clock.now() - timedelta(seconds=90)
    Job.objects.create(task="gone", queue="outbound", max_attempts=1, due_at=due, created_at=due)
    assert value('cornbread_jobs_due{queue="outbound"}') == 1
    assert 90 <= value('cornbread_jobs_oldest_seconds{queue="outbound"}') < 120
    assert value('cornbread_jobs_oldest_seconds{queue="maintenance"}') == 0
    assert value("cornbread_disk_free_bytes") > 0


def test_requests_are_counted_by_the_class_of_their_status() -> None:
    line = 'cornbread_http_requests_total{status="4xx"}'
    before = value(line)
    Client().get("/nowhere-at-all")
    assert value(line) == before + 1


def test_processes_are_added_up_and_ended_ones_keep_their_counts() -> None:
    line = 'cornbread_delivery_moves_total{state="sent"}'
    before, pages = value(line), value("cornbread_live_pages")
    script = (
        "import django; django.setup()\n"
        "from cornbread.foundation import metrics\n"
        "metrics.DELIVERIES.labels('sent').inc(3); metrics.LIVE_PAGES.set(7)\n"
        "print('ready', flush=True); input()"
    )
    environment = {**os.environ, "CORNBREAD_HOME": str(metrics.FOLDER.parent)}
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin
        assert other.stdout
        other.stdout.readline()
        assert (value(line) - before, value("cornbread_live_pages") - pages) == (3, 7)
        other.stdin.write("\n")
    assert (value(line) - before, value("cornbread_live_pages") - pages) == (3, 0)


def test_of_ended_processes_the_latest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MOST_ENDED", 2)
    monkeypatch.setattr(metrics, "_is_alive", lambda process: process < 4_000_000)
    files = [metrics.FOLDER / f"counter_{4_000_001 + number}.db" for number in range(4)]
    for number, file in enumerate(files):
        file.write_bytes(b"")
        os.utime(file, (number, number))
    metrics._forget_ended()
    assert [file.exists() for file in files] == [False, False, True, True]
    for file in files:
        file.unlink(missing_ok=True)


def test_the_manual_names_every_metric() -> None:
    listed = set(re.findall(r"^\| `(cornbread_\w+)`", MANUAL.read_text(encoding="utf-8"), re.M))
    counted = {
        family.name + ("_total" if family.type == "counter" else "")
        for one in metrics.counted()
        for family in one.describe()
    }
    asked = {f"cornbread_{name}" for name in re.findall(
        r'_gauge\(\s*"(\w+)"|\("(stream_\w+)"', _source()
    ) for name in name if name}  # fmt: skip
    assert len(READINGS) == 7
    assert listed == counted | asked


def _source() -> str:
    from cornbread.config import standing

    return Path(standing.__file__).read_text(encoding="utf-8")


def scrape() -> str:
    return str(Client().get("/metrics").content.decode())
