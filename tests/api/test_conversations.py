"""Conversations through the API: found, read, and worked on."""

from datetime import timedelta

import pytest

from cornbread.foundation import clock
from cornbread.team.domain.permissions import Role
from tests.api.conftest import Api
from tests.guards.world import Brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(kite: Brand) -> str:
    return f"/conversations/{kite.ids['conversation_id']}"


def found(api: Api, query: str) -> bool:
    return bool(api.ok(f"GET /conversations?{query}")["items"])


def test_a_conversation_is_found_by_what_it_is(api: Api, kite: Brand) -> None:
    ids = kite.ids
    for query in (
        "status=open", "status=all", f"channel={ids['channel_id']}", f"person={ids['person_id']}",
        "search=mara", "search=MY+TRAIN", "level=0", f"assignee={kite.owner.pk}", "assignee=me",
    ):  # fmt: skip
        assert found(api, query), query
    for query in ("status=resolved", "search=bread", "level=7", "assignee=none", "label=bread"):
        assert not found(api, query), query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=lost", "status"),
        ("assignee=ana", "assignee"),
        ("assignee=" + "9" * 5000, "assignee"),
        ("assignee=٣", "assignee"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("level=8", "level"),
        ("channel=0", "channel"),
        ("person=" + "9" * 30, "person"),
        ("search=" + "x" * 201, "search"),
        ("search=%00", "search"),
        ("order=mood", "order"),
        ("cursor=garbage", "cursor"),
        ("cursor=MTo", "cursor"),
        ("cursor=" + "9" * 190, "cursor"),
    ],
)
def test_a_filter_that_cannot_be_used_is_named(api: Api, query: str, field: str) -> None:
    told = api.problem(422, f"GET /conversations?{query}")
    assert list(told["fields"]) == [field]
    assert told["fields"][field]


def test_a_conversation_tells_what_a_reply_needs(api: Api, one: str, kite: Brand) -> None:
    told = api.ok(f"GET {one}")
    assert told["handle"] == "mara"
    assert told["person_id"] == kite.ids["person_id"]
    assert told["basis"] >= kite.ids["entry_id"]
    assert told["due_at"] > told["first_message_at"]


def test_the_timeline_and_the_level_have_the_same_entries(api: Api, one: str) -> None:
    entries = api.ok(f"GET {one}/timeline")
    assert entries[0]["text"] == "Where does my train stand?"
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)
    level = api.ok(f"GET {one}/level")
    assert level["level"] == 0
    assert {way["level"] for way in level["lift"]} & {3}


def test_a_note_is_private_and_stands_in_the_timeline(api: Api, one: str) -> None:
    made = api.ok(f"POST {one}/notes", {"text": " Called the station. "})
    assert made["text"] == "Called the station."
    assert made["visibility"] == "direct"
    assert made in api.ok(f"GET {one}/timeline")


@pytest.mark.parametrize("body", [{"text": "  "}, {"text": "x" * 20_001}, {"text": None}, {}])
def test_a_note_without_words_or_with_too_many_is_refused(api: Api, one: str, body: dict) -> None:
    assert list(api.problem(422, f"POST {one}/notes", body)["fields"]) == ["text"]


def test_a_conversation_is_given_to_a_member_and_taken_back(
    api: Api, one: str, kite: Brand
) -> None:
    agent = kite.members[Role.AGENT].pk
    assert api.ok(f"PUT {one}/assignee", {"member_id": agent})["assignee_id"] == agent
    assert api.ok(f"PUT {one}/assignee", {"member_id": None})["assignee_id"] is None
    api.problem(404, f"PUT {one}/assignee", {"member_id": 2**62})
    api.problem(422, f"PUT {one}/assignee", {"member_id": 2**70})


def test_a_conversation_given_to_a_partner_s_team_is_seen_by_the_partner(
    api: Api, one: str, kite: Brand
) -> None:
    partner = Api(kite.token(role=Role.PARTNER))
    partner.problem(404, f"GET {one}")
    kite.members[Role.PARTNER].teams.add(kite.ids["team_id"])
    given = api.ok(f"PUT {one}/team", {"team_id": kite.ids["team_id"]})
    assert given["team_id"] == kite.ids["team_id"]
    assert partner.ok(f"GET {one}")["id"] == given["id"]
    assert [item["id"] for item in partner.ok("GET /conversations")["items"]] == [given["id"]]
    api.ok(f"PUT {one}/team", {"team_id": None})
    partner.problem(404, f"GET {one}/timeline")


def test_labels_are_put_on_and_taken_off(api: Api, one: str) -> None:
    assert api.ok(f"POST {one}/labels", {"name": "LATE"})["labels"] == ["late"]
    assert found(api, "label=late")
    assert api.ok(f"POST {one}/labels", {"name": "track/3"})["labels"] == ["late", "track/3"]
    assert {label["name"] for label in api.ok("GET /labels")} == {"late", "track/3"}
    assert api.ok(f"DELETE {one}/labels/track/3")["labels"] == ["late"]
    assert api.ok(f"DELETE {one}/labels/late")["labels"] == []
    assert api.ok(f"DELETE {one}/labels/never-there")["labels"] == []
    api.problem(422, f"POST {one}/labels", {"name": " "})
    api.problem(422, f"DELETE {one}/labels/%00")


def test_agents_use_the_labels_there_are(one: str, kite: Brand) -> None:
    agent = Api(kite.token(role=Role.AGENT))
    told = agent.problem(422, f"POST {one}/labels", {"name": "brand new"})
    assert "late" in told["detail"]


def test_a_conversation_is_resolved_reopened_and_waited_for(api: Api, one: str) -> None:
    assert api.ok(f"POST {one}/resolve")["status"] == "resolved"
    assert found(api, "status=resolved")
    assert api.ok(f"POST {one}/reopen")["status"] == "open"
    assert api.ok(f"POST {one}/pending")["status"] == "pending"
    assert api.problem(422, f"POST {one}/pending")["code"]


def test_a_conversation_is_snoozed_until_a_moment_in_the_future(api: Api, one: str) -> None:
    later = clock.now() + timedelta(hours=3)
    told = api.ok(f"POST {one}/snooze", {"until": later.isoformat()})
    assert told["status"] == "snoozed"
    assert told["snoozed_until"][:16] == later.isoformat()[:16]


@pytest.mark.parametrize(
    "until",
    [
        "2020-01-01T00:00:00Z", "2026-05-04T22:10:00", "0001-01-01T00:00:00+05:00", "tomorrow",
        "9999-12-31T23:59:59-05:00", "9999-12-31T23:59:59Z", 1e300, None, "2999-12-31T23:59:59Z0",
    ],
)  # fmt: skip
def test_a_time_that_cannot_be_meant_is_refused(api: Api, one: str, until: object) -> None:
    told = api.problem(422, f"POST {one}/snooze", {"until": until})
    assert told["detail"]


def test_touches_are_recorded_by_hand(api: Api, one: str, kite: Brand) -> None:
    call = api.ok(f"POST {one}/touches", {"kind": "call_completed", "text": "Ten minutes."})
    assert call["kind"] == "call_completed"
    used = {"kind": "memory_used", "memory_id": kite.ids["memory_id"], "text": "A window seat."}
    assert api.ok(f"POST {one}/touches", used)["details"]["memory_id"] == kite.ids["memory_id"]
    assert "kind" in api.problem(422, f"POST {one}/touches", {"kind": "wink"})["fields"]
    api.problem(422, f"POST {one}/touches", {"kind": "memory_used", "memory_id": 2**62})
    ahead = (clock.now() + timedelta(hours=1)).isoformat()
    told = api.problem(422, f"POST {one}/touches", {"kind": "call_completed", "at": ahead})
    assert list(told["fields"]) == ["at"]


def test_a_favourite_is_given_once(api: Api, one: str, kite: Brand, work) -> None:
    body = {"entry_id": kite.ids["entry_id"], "kind": "favourite"}
    first, second = api.ok(f"POST {one}/gestures", body), api.ok(f"POST {one}/gestures", body)
    assert first["id"] == second["id"]
    api.problem(404, f"POST {one}/gestures", {"entry_id": 2**62, "kind": "follow"})
    api.problem(422, f"POST {one}/gestures", {"entry_id": kite.ids["entry_id"], "kind": "wink"})


def test_who_the_token_speaks_for(api: Api, kite: Brand) -> None:
    told = api.ok("GET /me")
    assert told["workspace"]["slug"] == kite.workspace.slug
    assert told["member"]["id"] == kite.owner.pk
    names = {member["name"] for member in api.ok("GET /members")}
    assert "Owner" in names
    assert [team["name"] for team in api.ok("GET /teams")] == ["Night desk"]
