"""SQLite is used only in versions that keep what they were given."""

import sqlite3
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.config import sqlite
from cornbread.config.database import database
from cornbread.foundation.errors import Invalid


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 53, 0), (4, 0, 0), (3, 44, 6), (3, 50, 7)])
def test_a_version_with_the_fix_is_safe(version: tuple[int, int, int]) -> None:
    assert sqlite.is_safe(version)


@pytest.mark.parametrize(
    "version", [(3, 40, 1), (3, 44, 5), (3, 45, 9), (3, 50, 6), (3, 51, 0), (3, 51, 2)]
)
def test_a_version_without_the_fix_is_refused(version: tuple[int, int, int]) -> None:
    assert not sqlite.is_safe(version)


@given(st.integers(3, 4), st.integers(0, 99), st.integers(0, 20), st.integers(0, 20))
def test_a_later_patch_of_a_safe_version_is_safe(
    major: int, minor: int, patch: int, more: int
) -> None:
    if sqlite.is_safe((major, minor, patch)):
        assert sqlite.is_safe((major, minor, patch + more))


@pytest.fixture
def _modules(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sqlite3", "sqlite3.dbapi2", "pysqlite3"):
        if name in sys.modules:
            monkeypatch.setitem(sys.modules, name, sys.modules[name])


@pytest.mark.usefixtures("_modules")
def test_an_old_sqlite_of_the_interpreter_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "sqlite3", SimpleNamespace(sqlite_version="3.40.1"))
    newer = SimpleNamespace(sqlite_version="3.53.0", dbapi2=SimpleNamespace())
    monkeypatch.setitem(sys.modules, "pysqlite3", newer)
    assert sqlite.install() == "3.53.0"
    assert sys.modules["sqlite3"] is newer
    assert sys.modules["sqlite3.dbapi2"] is newer.dbapi2


@pytest.mark.usefixtures("_modules")
@pytest.mark.parametrize("replacement", [None, SimpleNamespace(sqlite_version="3.51.2")])
def test_a_start_without_any_safe_sqlite_is_refused_naming_the_version(
    monkeypatch: pytest.MonkeyPatch, replacement: SimpleNamespace | None
) -> None:
    monkeypatch.setattr(sqlite, "sqlite3", SimpleNamespace(sqlite_version="3.51.2"))
    monkeypatch.setitem(sys.modules, "pysqlite3", replacement)
    before = sys.modules["sqlite3"]
    with pytest.raises(sqlite.UnsafeSQLite, match=r"SQLite 3\.51\.2 can corrupt"):
        sqlite.install()
    assert sys.modules["sqlite3"] is before


def test_the_sqlite_that_django_uses_is_safe(tmp_path: Path) -> None:
    database(None, tmp_path)
    used = sys.modules["sqlite3"].connect(":memory:")
    version = used.execute("select sqlite_version()").fetchone()[0]
    used.close()
    assert sqlite.is_safe(tuple(map(int, version.split("."))))  # type: ignore[arg-type]
    assert sqlite3.sqlite_version


def test_writers_wait_for_each_other_in_write_ahead_mode(tmp_path: Path) -> None:
    options = database(None, tmp_path)["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]
    assert "foreign_keys=ON" in options["init_command"]


def test_a_postgres_address_is_taken_apart(tmp_path: Path) -> None:
    url = "postgres://ana:p%40ss%2Fword@db.example:5433/corn%20bread?sslmode=require"
    settings = database(url, tmp_path)
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert (settings["USER"], settings["PASSWORD"]) == ("ana", "p@ss/word")
    assert (settings["HOST"], settings["PORT"]) == ("db.example", "5433")
    assert settings["NAME"] == "corn bread"
    assert settings["OPTIONS"] == {"sslmode": "require"}


def test_a_sqlite_address_names_a_file(tmp_path: Path) -> None:
    assert database(f"sqlite://{tmp_path}/a%20b.db", tmp_path)["NAME"] == tmp_path / "a b.db"


def test_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="mysql://"):
        database("mysql://root@localhost/x", tmp_path)
