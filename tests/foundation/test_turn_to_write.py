"""On SQLite, whoever waits for the turn to write gets it as soon as it is free."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import OperationalError

from cornbread.config.database import database
from cornbread.config.sqlite import install
from cornbread.foundation.sqlite3.base import DatabaseWrapper

install()
pytestmark = pytest.mark.django_db


Writes = Callable[[DatabaseWrapper], None]


class Connect:
    """Connections of their own to a database in ``home``."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.made: list[DatabaseWrapper] = []

    def __call__(self, timeout: float = 20) -> DatabaseWrapper:
        settings = database("", self.home)
        settings["OPTIONS"]["timeout"] = timeout
        rest = {"TIME_ZONE": None, "CONN_HEALTH_CHECKS": False, "AUTOCOMMIT": True}
        one = DatabaseWrapper({**rest, **settings}, alias="turns")
        one.inc_thread_sharing()
        one.ensure_connection()
        self.made.append(one)
        return one


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    made = Connect(tmp_path)
    made().cursor().execute("CREATE TABLE said (words)")
    yield made
    for one in made.made:
        one.close()


def begin(one: DatabaseWrapper) -> None:
    one.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def say(one: DatabaseWrapper) -> None:
    one.cursor().execute("INSERT INTO said VALUES (%s)", ["hello"])


def say_much(one: DatabaseWrapper) -> None:
    one.cursor().executemany("INSERT INTO said VALUES (%s)", [["one"], ["two"]])


@pytest.mark.parametrize("write", [begin, say, say_much])
def test_who_waits_writes_when_the_other_ends(connect: Connect, write: Writes) -> None:
    first, second = connect(), connect()
    begin(first)
    waits, done = threading.Event(), threading.Event()

    def wait() -> None:
        waits.set()
        write(second)
        done.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    waits.wait()
    assert not done.wait(0.02)
    first.rollback()
    assert done.wait(20)
    waiting.join()


@pytest.mark.parametrize("write", [begin, say, say_much])
def test_nobody_waits_longer_than_was_said(connect: Connect, write: Writes) -> None:
    begin(connect())
    with pytest.raises(OperationalError, match="locked"):
        write(connect(0.01))


def test_nothing_is_held_while_waiting(connect: Connect) -> None:
    """A cursor that another thread left behind is let go by the thread whose turn it is."""
    first, second = connect(), connect()
    left = second.cursor()
    left.execute("SELECT 1")
    begin(first)
    waits = threading.Event()

    def wait() -> None:
        waits.set()
        begin(second)

    waiting = threading.Thread(target=wait)
    waiting.start()
    waits.wait()
    for _ in range(50):
        left.close()  # would wait for the other one to give up, which waits for us
        left = second.connection.cursor()
        left.execute("SELECT 1")
    first.rollback()
    waiting.join()


def test_another_trouble_is_told_at_once(connect: Connect) -> None:
    with pytest.raises(OperationalError, match="no such table"):
        connect().cursor().execute("INSERT INTO unheard VALUES (1)")
