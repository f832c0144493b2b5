"""Posts from own integrations: kept once, filed where they belong."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cornbread.foundation import clock
from cornbread.listening.models import Mention
from tests.api.conftest import Api
from tests.guards.world import Brand

pytestmark = pytest.mark.django_db


def post(id_: str = "r-1", **more: Any) -> dict[str, Any]:
    return {
        "integration": "Shop reviews",
        "external_id": id_,
        "author_id": "customer-77",
        "author_name": "Olu Baker",
        "text": "The lamp in the parcel is broken.",
        "created_at": (clock.now() - timedelta(minutes=3)).isoformat(),
        **more,
    }


def test_a_post_opens_a_conversation(api: Api, work: Callable[[], int]) -> None:
    answer = api("POST /mentions", post())
    assert answer.status == 201
    work()
    opened = api.ok(f"GET /mentions/{answer.json['id']}/conversation")
    assert (opened["person"], opened["status"]) == ("Olu Baker", "open")
    assert opened["preview"] == "The lamp in the parcel is broken."


def test_the_same_post_again_changes_nothing(api: Api, work: Callable[[], int]) -> None:
    first = api("POST /mentions", post())
    work()
    again = api("POST /mentions", post())
    work()
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert Mention.objects.filter(external_id="r-1").count() == 1
    assert len(api.ok("GET /conversations?search=lamp")["items"]) == 1


def test_two_integrations_have_ids_of_their_own(api: Api) -> None:
    api.ok("POST /mentions", post())
    assert api("POST /mentions", post(integration="App")).status == 201


def test_an_answer_of_ours_counts_with_its_time(api: Api, work: Callable[[], int]) -> None:
    asked = clock.now() - timedelta(hours=2)
    heard = api.ok("POST /mentions", post(created_at=asked.isoformat()))
    ours = post(
        "r-2", author_id="us", ours=True, in_reply_to="r-1", text="A new lamp is on its way.",
        created_at=(asked + timedelta(minutes=10)).isoformat(),
    )  # fmt: skip
    api.ok("POST /mentions", ours)
    work()
    opened = api.ok(f"GET /mentions/{heard['id']}/conversation")
    assert opened["level"] == 3
    assert api.ok(f"GET /conversations/{opened['id']}/level")["first_response_s"] == 600


def test_a_private_post_is_read_in_its_conversation_only(api: Api, work: Callable[[], int]) -> None:
    made = api.ok("POST /mentions", post(direct=True, text="My address is 1 Mill Lane."))
    work()
    assert api.ok(f"GET /mentions/{made['id']}/conversation")["id"]
    assert "Mill Lane" not in str(api.ok("GET /mentions"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"created_at": "2026-05-04T22:10:00"}, "created_at"),
        ({"created_at": "2999-01-01T00:00:00Z"}, "created_at"),
        ({"created_at": "0001-01-01T00:00:00+14:00"}, "created_at"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": "x" * 301}, "external_id"),
        ({"integration": "  "}, "integration"),
        ({"author_id": ""}, "author_id"),
        ({"text": "x" * 100_001}, "text"),
        ({"text": "\x00"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"lang": "x" * 13}, "lang"),
    ],
)
def test_a_post_that_cannot_be_kept_is_refused(api: Api, wrong: dict, field: str) -> None:
    assert list(api.problem(422, "POST /mentions", post(**wrong))["fields"]) == [field]


def test_a_post_that_was_only_listened_to_is_taken_into_the_inbox(
    api: Api, kite: Brand, work: Callable[[], int]
) -> None:
    api.ok("PUT /watches/%d" % kite.ids["watch_id"], {"name": "Ours", "query": "train"})  # noqa: UP031
    listed = api.ok("GET /mentions")["items"]
    joined = api.ok(f"POST /mentions/{listed[0]['id']}/conversation")
    assert joined["id"] == api.ok(f"GET /mentions/{listed[0]['id']}/conversation")["id"]


def test_mentions_are_found_by_the_watch_that_caught_them(api: Api, kite: Brand) -> None:
    assert api.ok(f"GET /mentions?watch={kite.ids['watch_id']}")["items"] == []
    assert len(api.ok("GET /mentions")["items"]) == 1
