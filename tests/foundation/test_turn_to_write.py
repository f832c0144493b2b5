"""On SQLite, whoever waits for the turn to write gets it as soon as it is free."""

import threading
import time
from pathlib import Path

import pytest
from django.db import OperationalError

from cornbread.config.database import database
from cornbread.config.sqlite import install
from cornbread.foundation.sqlite3 import base
from cornbread.foundation.sqlite3.base import DatabaseWrapper

install()
pytestmark = pytest.mark.django_db


def connected(home: Path, timeout: float) -> DatabaseWrapper:
    """A connection of its own to a database in ``home``."""
    settings = database("", home)
    settings["OPTIONS"]["timeout"] = timeout
    defaults = {"TIME_ZONE": None, "CONN_HEALTH_CHECKS": False, "AUTOCOMMIT": True}
    one = DatabaseWrapper({**defaults, **settings}, alias="turns")
    one.inc_thread_sharing()
    one.ensure_connection()
    return one


def test_a_free_turn_is_taken_at_once(tmp_path: Path) -> None:
    one = connected(tmp_path, 5)
    one.set_autocommit(False)
    one.cursor().execute("CREATE TABLE said (words)")
    one.commit()
    one.close()


def test_who_waits_begins_when_the_other_ends(tmp_path: Path) -> None:
    first, second = connected(tmp_path, 20), connected(tmp_path, 20)
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    looked = threading.Event()
    began: list[float] = []

    def wait() -> None:
        looked.set()
        second.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        began.append(time.monotonic())
        second.rollback()

    waiting = threading.Thread(target=wait)
    waiting.start()
    looked.wait()
    assert not began
    first.rollback()
    first.set_autocommit(True)
    waiting.join()
    assert began
    patience = second.cursor().execute("PRAGMA busy_timeout").fetchone()
    assert patience == (20_000,)


def test_nobody_waits_longer_than_was_said(tmp_path: Path) -> None:
    first, second = connected(tmp_path, 20), connected(tmp_path, 0)
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with pytest.raises(OperationalError, match="locked"):
        second.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    first.rollback()


def test_another_trouble_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = connected(tmp_path, 20)

    def broken(_: object) -> None:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(base.base.DatabaseWrapper, "_start_transaction_under_autocommit", broken)
    with pytest.raises(OperationalError, match="disk"):
        one.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
