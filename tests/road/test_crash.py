"""Killed in the middle of taking posts in, the product loses nothing and doubles nothing.

A few kills of what `benchmarks/crash.py` does two hundred times.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.listening.stream_here import url_here

ROOT = Path(__file__).parents[2]
KILLS = 8

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def postgresql_here() -> str:
    """The server that other tests of the road use, or a skip that says what is missing."""
    named = os.environ.get("CI_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    parts = urlsplit(named if named.startswith("postgres") else "postgres://root@localhost")
    server = f"{parts.scheme}://{parts.netloc}/postgres"
    try:
        psycopg.connect(server, connect_timeout=5).close()
    except psycopg.OperationalError as trouble:
        pytest.skip(f"no PostgreSQL answers at {parts.hostname}: {trouble}")
    return server


def crash(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.crash", f"--kills={KILLS}", "--most=250", *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}/src"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    found = json.loads(done.stdout)
    assert (found["lost"], found["doubled"], found["integrity"]) == (0, 0, "ok")
    assert found["kills"] >= KILLS


def test_on_sqlite() -> None:
    crash()


@pytest.mark.connector
def test_on_postgresql() -> None:
    crash("--database-url", postgresql_here())


@pytest.mark.connector
def test_with_a_stream_between_listener_and_intake() -> None:
    crash("--database-url", postgresql_here(), "--stream-url", url_here())
