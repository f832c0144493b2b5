"""Workers as real processes: killed, stopped, and several at a time."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def address(tmp_path) -> Iterator[str]:
    """The address of a database that only this test uses, of the kind the suite runs on."""
    default = settings.DATABASES["default"]
    if not default["ENGINE"].endswith("postgresql"):
        yield f"sqlite://{tmp_path}/jobs.sqlite3"
        return
    login = {"user": default["USER"], "password": default["PASSWORD"], "host": default["HOST"]}
    login |= {"port": default["PORT"], **default["OPTIONS"]}
    given = {key: value for key, value in login.items() if value and isinstance(value, str)}
    name = f"jobs_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(dbname="postgres", autocommit=True, **given) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield f"postgres:///{name}?" + "&".join(f"{k}={v}" for k, v in given.items())
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Office:
    """A database, and the processes at work on it."""

    def __init__(self, address: str, folder: Path) -> None:
        self.env = os.environ | {"JOBS_DATABASE": address, "PYTHONPATH": f"{ROOT}/src"}
        self.log = folder / "log"
        self.log.touch()
        self.workers: list[subprocess.Popen[str]] = []
        self.do("setup")

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tests.foundation.job_process", *words]

    def do(self, *words: str) -> str:
        done = subprocess.run(
            self.command(*words), cwd=ROOT, env=self.env, check=True, stdout=subprocess.PIPE
        )
        return done.stdout.decode()

    def worker(self, *words: str) -> subprocess.Popen[str]:
        worker = subprocess.Popen(
            self.command("work", *words),
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.workers.append(worker)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        return worker

    def cut_connections(self) -> None:
        with psycopg.connect(self.env["JOBS_DATABASE"]) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.log.read_text().splitlines()]

    def jobs(self) -> list[dict]:
        return json.loads(self.do("show"))

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.communicate()


@pytest.fixture
def office(address, tmp_path) -> Iterator[Office]:
    office = Office(address, tmp_path)
    yield office
    office.close()


def until(condition: Callable[[], object], seconds: float = 10) -> float:
    """Wait for the condition; return how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.01)
    return time.monotonic() - began


def test_the_job_of_a_killed_worker_is_run_by_another_at_once(office, tmp_path):
    gate = tmp_path / "gate"
    office.do("ask", "waits_for", str(gate), str(office.log))
    first = office.worker()
    until(lambda: len(office.lines()) == 1)
    second = office.worker()
    first.kill()
    # The lease would last for another minute.
    assert until(lambda: len(office.lines()) == 2) < 5
    gate.touch()
    until(lambda: len(office.lines()) == 3)
    second.terminate()
    second.wait(10)
    one, two = str(first.pid), str(second.pid)
    assert office.lines() == [["start", one], ["start", two], ["end", two]]
    (job,) = office.jobs()
    assert (job["state"], job["attempts"]) == ("done", 2)


def test_a_job_that_kills_every_worker_is_dead_after_its_attempts(office):
    office.do("ask", "kills_its_worker", str(office.log))
    for _ in range(2):
        assert office.worker().wait(10) == -9
    third = office.worker()
    until(lambda: office.jobs()[0]["state"] == "dead")
    assert third.poll() is None
    (job,) = office.jobs()
    assert (job["last_error"]["code"], len(office.lines())) == ("worker_died", 2)


def test_jobs_that_a_killed_worker_had_not_begun_lose_no_attempt(office):
    office.do("ask", "kills_its_worker", str(office.log))
    office.do("ask_many", "5", str(office.log))
    for _ in range(2):
        with pytest.raises(subprocess.CalledProcessError):
            office.do("drain_for", "0")
        Path(office.log).write_text("")
    office.do("drain_for", "0")
    killing, *others = office.jobs()
    assert (killing["state"], killing["attempts"]) == ("dead", 2)
    assert {(job["state"], job["attempts"]) for job in others} == {("done", 1)}


def test_two_workers_share_the_jobs_and_never_run_one_twice(office):
    workers = [office.worker() for _ in range(2)]
    office.do("ask_many", "400", str(office.log))
    until(lambda: len(office.lines()) >= 400, seconds=60)
    for worker in workers:
        worker.terminate()
        assert worker.wait(10) == 0
    numbers = Counter(int(number) for number, _ in office.lines())
    assert numbers == dict.fromkeys(range(400), 1)
    assert {int(pid) for _, pid in office.lines()} == {worker.pid for worker in workers}
    assert {(job["state"], job["attempts"]) for job in office.jobs()} == {("done", 1)}


def test_jobs_do_not_wait_behind_long_ones_while_another_worker_is_free(office, tmp_path):
    gate = tmp_path / "gate"
    for _ in range(3):
        office.do("ask", "waits_for", str(gate), str(office.log))
    office.do("ask_many", "5", str(office.log))
    first = office.worker()
    until(lambda: len(office.lines()) == 3)
    second = office.worker()
    until(lambda: len(office.lines()) == 8)
    assert [int(pid) for _, pid in office.lines()] == [first.pid] * 3 + [second.pid] * 5
    gate.touch()
    until(lambda: len(office.lines()) == 11)
    first.terminate()
    assert first.wait(10) == 0
    assert {(job["state"], job["attempts"]) for job in office.jobs()} == {("done", 1)}


def test_draining_can_wait_for_what_workers_elsewhere_run(office, tmp_path):
    gate = tmp_path / "gate"
    office.do("ask", "waits_for", str(gate), str(office.log))
    office.worker()
    until(lambda: len(office.lines()) == 1)
    assert office.do("drain_for", "0").strip() == "0 True"
    threading.Timer(1.5, gate.touch).start()
    assert office.do("drain_for", "20").strip() == "0 False"


def test_a_worker_told_to_stop_finishes_what_it_runs(office, tmp_path):
    gate = tmp_path / "gate"
    office.do("ask", "waits_for", str(gate), str(office.log))
    worker = office.worker()
    until(lambda: len(office.lines()) == 1)
    worker.terminate()
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(0.5)
    gate.touch()
    assert worker.wait(10) == 0
    (job,) = office.jobs()
    assert (job["state"], job["attempts"]) == ("done", 1)


def test_a_job_longer_than_its_lease_is_kept_by_the_heartbeat(office):
    office.do("ask", "outlasts_its_lease", str(office.log))
    workers = [office.worker("default", "until empty") for _ in range(2)]
    for worker in workers:
        assert worker.wait(20) == 0
    assert [word for word, _ in office.lines()] == ["start", "end"]


@pytest.mark.postgres
def test_a_worker_outlives_a_restart_of_the_database(office, tmp_path):
    if not office.env["JOBS_DATABASE"].startswith("postgres"):
        pytest.skip("SQLite is no server")
    gate = tmp_path / "gate"
    office.do("ask", "waits_for", str(gate), str(office.log))
    worker = office.worker()
    until(lambda: len(office.lines()) == 1)
    office.cut_connections()
    office.do("ask", "signs", "1", str(office.log))
    until(lambda: len(office.lines()) == 2)
    gate.touch()
    until(lambda: len(office.lines()) == 3)
    worker.terminate()
    assert worker.wait(10) == 0
