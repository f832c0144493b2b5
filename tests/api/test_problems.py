"""Whatever goes wrong is said as problem+json, and nothing that is sent breaks the server."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from cornbread.team import queries
from tests.api.conftest import Api
from tests.guards.world import Brand

pytestmark = pytest.mark.django_db


def test_an_unknown_address(api: Api) -> None:
    assert api.problem(404, "GET /nothing-here")["code"] == "not_found"


def test_a_wrong_method_says_which_are_right(api: Api) -> None:
    answer = api("PATCH /conversations")
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET"
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json(api: Api, body: bytes) -> None:
    answer = api("POST /watches/test", body)
    assert answer.status in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", [None, [], "text", 17, {"payload": {"query": "x"}}])
def test_a_body_of_another_shape(api: Api, body: object) -> None:
    assert api.problem(422, "POST /watches/test", body)["fields"]


def test_a_body_that_is_too_large(api: Api, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    told = api.problem(413, "POST /watches/test", {"query": "x" * 2000})
    assert told["code"] == "too_large"


@pytest.mark.parametrize("id_", ["0", "-1", "abc", str(2**63), "9" * 5000, "1.5", "%00", "١"])
def test_an_id_that_is_none(api: Api, id_: str) -> None:
    answer = api(f"GET /conversations/{id_}")
    assert answer.status in (404, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_largest_id_is_just_not_there(api: Api) -> None:
    for path in ("/conversations/{}", "/people/{}", "/channels/{}", "/deliveries/{}"):
        api.problem(404, "GET " + path.format(2**63 - 1))


def test_a_crash_is_our_fault_and_says_no_more(
    kite: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*, seen_by: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(queries, "teams", crash)
    api = Api(kite.token(), Client(raise_request_exception=False))
    told = api.problem(500, "GET /teams")
    assert "secret" not in str(told)


def test_pages_for_people_keep_their_own_errors() -> None:
    answer = Client().get("/nothing-here")
    assert answer.status_code == 404
    assert "json" not in answer.headers["Content-Type"]


def test_a_refusal_leaves_the_database_usable(api: Api) -> None:
    api.problem(422, "GET /people?search=%00")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    assert api("GET /people").status == 200
