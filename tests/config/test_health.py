"""The health check, as a load balancer sees it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from cornbread.config import health, migrating

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)


def check(**headers: str) -> tuple[int, str]:
    answer = Client(raise_request_exception=False).get("/healthz", headers=headers)
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies
    return answer.status_code, answer.content.decode()


def fails(error: Exception) -> Callable[..., Any]:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_a_working_server_says_ok_whatever_it_is_called() -> None:
    assert check() == (200, "ok")
    assert check(host="10.1.2.3:8000") == (200, "ok")
    assert Client().head("/healthz").status_code == 200
    assert Client().post("/healthz").status_code == 405


def test_a_database_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check() == (200, "ok")
    monkeypatch.setattr(MigrationRecorder, "has_table", fails(OperationalError("secret.host")))
    assert check() == (503, "database")


@pytest.mark.parametrize("pending", [lambda: ["care.0002"], fails(migrating.DatabaseTooNew("x"))])
def test_tables_of_another_version_are_named(
    pending: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "pending", pending)
    assert check() == (503, "migrations")


def test_an_empty_database_is_not_called_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationRecorder, "has_table", lambda _: False)
    assert check() == (503, "migrations")


def test_steps_are_looked_at_until_there_are_none_left(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(migrating, "pending", lambda: looks.append(1) or [])
    assert [check(), check()] == [(200, "ok")] * 2
    assert len(looks) == 1
