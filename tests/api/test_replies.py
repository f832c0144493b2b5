"""Replies through the API: sent once, seen in the timeline, and refused when others were first."""

from collections.abc import Callable

import pytest

from cornbread.channels.models import Channel
from cornbread.channels.networks.sandbox import server
from cornbread.channels.sandbox_models import SandboxFault, SandboxPost
from cornbread.outbound.models import Delivery
from cornbread.team.domain.permissions import Role
from tests.api.conftest import Api
from tests.guards.world import Brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(kite: Brand) -> str:
    """A conversation that nobody has answered, with a post that stands on the network."""
    channel = Channel.objects.get(pk=kite.ids["channel_id"])
    Delivery.objects.filter(channel=channel).update(state=Delivery.State.DROPPED)
    SandboxPost.objects.create(
        workspace=kite.workspace,
        channel=channel,
        external_id=f"{kite.workspace.slug}-1",
        author_id="mara",
        author_handle="mara",
        text="Where does my train stand?",
        state=SandboxPost.State.POSTED,
        seq=1,
        due_at=kite.workspace.created_at,
        created_at=kite.workspace.created_at,
    )
    return f"/conversations/{kite.ids['conversation_id']}"


def on_the_network(text: str) -> int:
    return SandboxPost.objects.filter(ours=True, text__contains=text).count()


def test_a_reply_is_queued_sent_and_entered(api: Api, one: str, work: Callable[[], int]) -> None:
    made = api.ok(f"POST {one}/replies", {"text": "It waits outside Ulm."})
    assert made["state"] == "queued"
    work()
    delivery = api.ok(f"GET /deliveries/{made['id']}")
    assert (delivery["state"], delivery["attempts"]) == ("sent", 1)
    assert delivery["external_id"]
    said = [entry for entry in api.ok(f"GET {one}/timeline") if entry["kind"] == "message_out"]
    assert [entry["text"] for entry in said] == ["It waits outside Ulm."]
    assert api.ok(f"GET {one}")["level"] == 3
    assert on_the_network("outside Ulm") == 1


def test_the_same_key_sends_once(api: Api, one: str, work: Callable[[], int]) -> None:
    body = {"text": "It waits outside Ulm."}
    first = api.ok(f"POST {one}/replies", body, idempotency_key="a-1")
    work()
    again = api.ok(f"POST {one}/replies", body, idempotency_key="a-1")
    work()
    assert first["id"] == again["id"]
    assert on_the_network("outside Ulm") == 1


def test_a_key_stands_for_one_reply(api: Api, one: str) -> None:
    api.ok(f"POST {one}/replies", {"text": "Outside Ulm."}, idempotency_key="a-1")
    told = api.problem(422, f"POST {one}/replies", {"text": "Sorry!"}, idempotency_key="a-1")
    assert told["code"] == "idempotency_key_reused"


def test_the_same_key_in_two_workspaces_is_two_keys(api: Api, one: str) -> None:
    api.ok(f"POST {one}/replies", {"text": "Outside Ulm."}, idempotency_key="a-1")
    keys = Delivery.objects.values_list("idempotency_key", flat=True)
    assert "a-1" not in keys


def test_a_reply_to_something_else_than_was_read_is_refused(
    api: Api, one: str, kite: Brand, work: Callable[[], int]
) -> None:
    basis = api.ok(f"GET {one}")["basis"]
    colleague = Api(kite.token(role=Role.LEAD))
    colleague.ok(f"POST {one}/replies", {"text": "It goes on at 22:40."})
    told = api.problem(409, f"POST {one}/replies", {"text": "Soon.", "basis": basis})
    assert told["code"] == "stale"
    assert "22:40" in told["detail"]
    work()
    told = api.problem(409, f"POST {one}/replies", {"text": "Soon.", "basis": basis})
    assert int(told["fields"]["basis"]) > basis
    fresh = api.ok(f"GET {one}")["basis"]
    assert api.ok(f"POST {one}/replies", {"text": "Soon.", "basis": fresh})["state"] == "queued"


def test_a_repeat_is_no_stale_reply(api: Api, one: str, work: Callable[[], int]) -> None:
    basis = api.ok(f"GET {one}")["basis"]
    body = {"text": "It waits.", "basis": basis}
    first = api.ok(f"POST {one}/replies", body, idempotency_key="k")
    work()
    assert api.ok(f"POST {one}/replies", body, idempotency_key="k")["id"] == first["id"]


def test_a_reply_can_resolve(api: Api, one: str) -> None:
    api.ok(f"POST {one}/replies", {"text": "It goes on.", "resolve": True})
    assert api.ok(f"GET {one}")["status"] == "resolved"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 1001}, "text"),
        ({"text": "x" * 50_001}, "text"),
        ({"text": "Hello {{name}}"}, "text"),
        ({"text": "Hello", "mode": "loud"}, "mode"),
        ({"text": "Hello", "basis": -1}, "basis"),
        ({"text": "Hello", "basis": 2**70}, "basis"),
        ({"text": "NUL \x00"}, "text"),
    ],
)
def test_a_reply_that_cannot_be_sent_is_refused(api: Api, one: str, body: dict, field: str) -> None:
    assert list(api.problem(422, f"POST {one}/replies", body)["fields"]) == [field]


def test_a_key_has_its_limit(api: Api, one: str) -> None:
    api.problem(422, f"POST {one}/replies", {"text": "Hello"}, idempotency_key="k" * 201)


def test_what_the_network_refuses_can_be_tried_again(
    api: Api, one: str, kite: Brand, work: Callable[[], int]
) -> None:
    account = Channel.objects.get(pk=kite.ids["channel_id"]).account()
    server.break_next(account, SandboxFault.Kind.REJECTED)
    made = api.ok(f"POST {one}/replies", {"text": "It waits outside Ulm."})
    work()
    assert [stuck["state"] for stuck in api.ok("GET /deliveries")] == ["failed"]
    api.problem(409, f"POST /deliveries/{made['id']}/confirm", {})
    assert api.ok(f"POST /deliveries/{made['id']}/retry")["state"] == "queued"
    work()
    assert api.ok(f"GET /deliveries/{made['id']}")["state"] == "sent"
    assert on_the_network("outside Ulm") == 1
    for verb in ("retry", "drop"):
        assert api.problem(409, f"POST /deliveries/{made['id']}/{verb}")["code"] == "stale"


class TestAnUncertainDelivery:
    @pytest.fixture
    def uncertain(self, kite: Brand) -> str:
        return f"/deliveries/{kite.ids['delivery_id']}"

    def test_is_listed_for_a_person_to_look(self, api: Api, uncertain: str) -> None:
        assert [f"/deliveries/{one['id']}" for one in api.ok("GET /deliveries")] == [uncertain]

    def test_that_was_seen_is_confirmed_and_entered(
        self, api: Api, kite: Brand, uncertain: str, work: Callable[[], int]
    ) -> None:
        told = api.ok(f"POST {uncertain}/confirm", {"external_id": "seen-17"})
        assert (told["state"], told["external_id"]) == ("sent", "seen-17")
        work()
        timeline = api.ok(f"GET /conversations/{kite.ids['conversation_id']}/timeline")
        assert "seen-17" in {entry["external_id"] for entry in timeline}
        api.problem(409, f"POST {uncertain}/confirm", {})

    def test_that_is_not_there_is_dropped(self, api: Api, uncertain: str) -> None:
        assert api.ok(f"POST {uncertain}/drop")["state"] == "dropped"
        assert api.ok("GET /deliveries") == []
        api.problem(409, f"POST {uncertain}/retry")

    def test_is_not_for_publishers_to_decide(self, kite: Brand, uncertain: str) -> None:
        publisher = Api(kite.token(role=Role.PUBLISHER))
        publisher.problem(403, f"POST {uncertain}/confirm", {})
