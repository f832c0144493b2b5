"""A brand with one object of each kind, and its API as a program sees it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from cornbread.foundation.jobs import drain
from tests.guards.world import Brand, brand


@dataclass
class Answer:
    """What came back."""

    status: int
    json: Any
    headers: Any


@dataclass
class Api:
    """Calls the API with one token."""

    token: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=True))

    def __call__(self, call: str, body: Any = None, **headers: str) -> Answer:
        """``api("GET /people?search=x")``; header names are written with underscores."""
        method, path = call.split(" ", 1)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.generic(
            method,
            f"/api/v1{path}",
            body if isinstance(body, bytes) else json.dumps(body) if body is not None else "",
            "application/json",
            headers={"authorization": f"Bearer {self.token}", **sent},
        )
        told = json.loads(answer.content) if answer.content else None
        return Answer(answer.status_code, told, answer.headers)

    def ok(self, call: str, body: Any = None, **headers: str) -> Any:
        """The JSON of an answer that has to be good."""
        answer = self(call, body, **headers)
        assert 200 <= answer.status < 300, answer
        return answer.json

    def problem(self, status: int, call: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """The problem that has to come back."""
        answer = self(call, body, **headers)
        assert answer.status == status, answer
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert set(answer.json) == {"type", "title", "status", "detail", "code", "fields"}
        told: dict[str, Any] = answer.json
        return told


@pytest.fixture(scope="module")
def _kite(django_db_setup: None, django_db_blocker: Any) -> Iterator[Brand]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield brand("Red Kite Rail")
        transaction.set_rollback(True)


@pytest.fixture
def kite(_kite: Brand, db: None) -> Brand:
    """The brand as it was made; what a test changes is rolled back."""
    return _kite


@pytest.fixture
def api(kite: Brand) -> Api:
    """The API for a program with the owner's rights."""
    return Api(kite.token())


@pytest.fixture
def work(kite: Brand) -> Any:
    """Runs what waits to be done, as the worker would."""
    return lambda: drain(workspace_id=None)
