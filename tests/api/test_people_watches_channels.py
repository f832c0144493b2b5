"""People, watches and channels through the API."""

from datetime import timedelta

import pytest

from cornbread.foundation import clock
from tests.api.conftest import Api
from tests.guards.world import Brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara(kite: Brand) -> str:
    return f"/people/{kite.ids['person_id']}"


def test_people_are_found_by_name_and_handle(api: Api, mara: str) -> None:
    for words in ("mara", "LIND"):
        assert [f"/people/{one['id']}" for one in api.ok(f"GET /people?search={words}")["items"]]
    assert api.ok("GET /people?search=nobody")["items"] == []
    assert api.problem(422, "GET /people?search=a%00b")["fields"]


def test_a_person_is_renamed(api: Api, mara: str) -> None:
    assert api.ok(f"PUT {mara}", {"name": " Mara L. "})["name"] == "Mara L."
    assert list(api.problem(422, f"PUT {mara}", {"name": " "})["fields"]) == ["name"]


def test_an_account_of_theirs_is_noted(api: Api, mara: str) -> None:
    phone = {"network": "phone", "handle": "+49 731 1"}
    made = api.ok(f"POST {mara}/identities", phone)
    assert (made["network"], made["linked"]) == ("phone", "brand")
    assert api.ok(f"POST {mara}/identities", phone)["id"] == made["id"]
    assert made in api.ok(f"GET {mara}")["identities"]


def test_something_is_remembered_and_forgotten(api: Api, mara: str) -> None:
    learned = clock.now() - timedelta(days=40)
    body = {"text": "Loves cornbread.", "learned_at": learned.isoformat(), "learned_from": "a call"}
    made = api.ok(f"POST {mara}/memories", body)
    assert made in api.ok(f"GET {mara}/memories")
    assert api(f"DELETE /memories/{made['id']}").status == 204
    assert made not in api.ok(f"GET {mara}/memories")
    api.problem(404, f"DELETE /memories/{made['id']}")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"text": "x", "learned_at": "2026-01-01T00:00:00"}, "learned_at"),
        ({"text": "x", "learned_at": "2900-01-01T00:00:00Z"}, "learned_at"),
        ({"text": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_what_cannot_be_remembered_is_refused(api: Api, mara: str, wrong: dict, field: str) -> None:
    assert list(api.problem(422, f"POST {mara}/memories", wrong)["fields"]) == [field]


def test_a_watch_is_made_changed_and_deleted(api: Api) -> None:
    made = api.ok("POST /watches", {"name": "Delays", "query": "late OR delayed"})
    assert made["purpose"] == "brand"
    path = f"/watches/{made['id']}"
    changed = {"name": "Delays", "query": "late", "to_inbox": False, "purpose": "topic"}
    assert api.ok(f"PUT {path}", changed)["to_inbox"] is False
    assert api.ok(f"GET {path}")["query"] == "late"
    assert made["id"] in {one["id"] for one in api.ok("GET /watches")}
    assert api(f"DELETE {path}").status == 204
    api.problem(404, f"GET {path}")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "", "query": "late"}, "name"),
        ({"name": "Ours", "query": "late"}, "name"),
        ({"name": "x", "query": "x" * 4097}, "query"),
        ({"name": "x", "query": "late", "purpose": "fun"}, "purpose"),
        ({"name": "x", "query": "late AND"}, "query"),
    ],
)
def test_a_watch_that_cannot_listen_is_refused(api: Api, wrong: dict, field: str) -> None:
    told = api.problem(422, "POST /watches", wrong)
    assert field in told["fields"], told


def test_a_query_is_tried_out(api: Api) -> None:
    tried = api.ok("POST /watches/test", {"query": "train"})
    assert (tried["of"], tried["caught"]) == (1, 1)
    assert tried["examples"][0]["text"] == "Where does my train stand?"
    assert api.problem(422, "POST /watches/test", {"query": "(late"})["detail"]


def test_a_channel_is_connected_paused_and_resumed(api: Api) -> None:
    made = api.ok("POST /channels", {"kind": "sandbox", "values": {"handle": "kite-two"}})
    path = f"/channels/{made['id']}"
    assert api.ok(f"POST {path}/pause")["state"] == "paused"
    assert api.ok(f"POST {path}/resume")["state"] == "active"
    assert api.ok(f"GET {path}") in api.ok("GET /channels")
    assert "secret" not in str(api.ok(f"GET {path}"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "pigeon", "values": {}},
        {"kind": "sandbox", "values": {}},
        {"kind": "sandbox", "values": {"handle": "a b"}},
        {"kind": "sandbox", "values": {"handle": "x", "speed": "fast"}},
        {"kind": "sandbox", "values": {str(number): "x" for number in range(21)}},
        {"kind": "feed", "values": {"address": "http://127.0.0.1/feed"}},
        {"kind": "mastodon", "values": {"address": "http://169.254.169.254", "token": "x"}},
    ],
)
def test_a_channel_that_cannot_be_connected_is_refused(api: Api, wrong: dict) -> None:
    assert api.problem(422, "POST /channels", wrong)["detail"]
