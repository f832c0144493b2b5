"""What the doctor minds about the machine."""

from pathlib import Path

import pytest

from cornbread.config.database import sqlite_file
from cornbread.config.doctor import machine
from tests.config.test_cli import cornbread


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
