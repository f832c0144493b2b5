"""Every operation of the API asks for a token with its scope, a role, and the right workspace."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest
from django.test import Client
from ninja import NinjaAPI
from ninja.security import HttpBearer

from cornbread.config.api import api
from cornbread.foundation import clock
from cornbread.team.api_access import Scoped
from cornbread.team.domain.permissions import PERMISSIONS, SCOPES, Role
from cornbread.team.models import ApiToken, Member, User
from tests.guards.operations import Call, calls, without_door
from tests.guards.test_addresses import written
from tests.guards.world import Brand, brand

EVERY = list(calls(api))
WITH_IDS = [one for one in EVERY if any(name.endswith("_id") for name in one.parameters)]
WRITES = [one for one in EVERY if one.method != "GET"]

#: What each operation needs of the role. A new operation has to be added here.
NEEDS = {
    "me": "conversation.read",
    "members": "conversation.read",
    "teams": "conversation.read",
    "dead_jobs": "job.replay",
    "replay_job": "job.replay",
    "channels": "channel.read",
    "channel": "channel.read",
    "connect": "channel.write",
    "pause": "channel.write",
    "resume": "channel.write",
    "rotate_secret": "channel.write",
    "people": "person.read",
    "person": "person.read",
    "rename": "person.write",
    "link": "person.write",
    "memories": "person.read",
    "remember": "person.write",
    "forget": "person.write",
    "watches": "watch.read",
    "watch": "watch.read",
    "test_watch": "watch.read",
    "create_watch": "watch.write",
    "change_watch": "watch.write",
    "delete_watch": "watch.write",
    "mentions": "watch.read",
    "wave": "watch.read",
    "post_mention": "mention.write",
    "post_mentions": "mention.write",
    "conversation_of_mention": "conversation.read",
    "join_in": "watch.read",
    "stuck": "conversation.read",
    "delivery": "conversation.read",
    "retry": "delivery.resolve",
    "confirm": "delivery.resolve",
    "drop": "delivery.resolve",
    "conversations": "conversation.read",
    "search": "conversation.read",
    "conversation": "conversation.read",
    "timeline": "conversation.read",
    "level": "conversation.read",
    "labels": "conversation.read",
    "reply": "conversation.reply",
    "gesture": "conversation.reply",
    "note": "conversation.note",
    "assign": "conversation.assign",
    "hand_to_team": "conversation.assign",
    "label": "conversation.label",
    "unlabel": "conversation.label",
    "snooze": "conversation.status",
    "resolve": "conversation.status",
    "reopen": "conversation.status",
    "pending": "conversation.status",
    "bring_in": "conversation.status",
    "touch": "conversation.touch",
    "promises": "conversation.read",
    "prioritise": "conversation.label",
    "calendars": "promise.read",
    "calendar": "promise.read",
    "create_calendar": "promise.write",
    "change_calendar": "promise.write",
    "delete_calendar": "promise.write",
    "import_days": "promise.write",
    "policies": "promise.read",
    "policy": "promise.read",
    "create_policy": "promise.write",
    "change_policy": "promise.write",
    "move_policy": "promise.write",
    "delete_policy": "promise.write",
    "breaches": "promise.read",
    "change_conversations": "conversation.status",
    "change": "conversation.read",
    "undo_change": "conversation.status",
    "rules": "automation.read",
    "rule": "automation.read",
    "create_rule": "automation.write",
    "change_rule": "automation.write",
    "delete_rule": "automation.write",
    "switch_rule": "automation.write",
    "dry_run": "automation.read",
    "try_conditions": "automation.read",
    "rule_log": "automation.read",
    "macros": "macro.run",
    "create_macro": "automation.write",
    "change_macro": "automation.write",
    "delete_macro": "automation.write",
    "run_macro": "macro.run",
    "undo_macro": "macro.run",
    "canned_responses": "canned.read",
    "canned_response": "canned.read",
    "create_canned_response": "canned.write",
    "change_canned_response": "canned.write",
    "archive_canned_response": "canned.write",
    "restore_canned_response": "canned.write",
    "render_canned_response": "canned.read",
    "webhooks": "automation.read",
    "create_webhook": "automation.write",
    "switch_webhook": "automation.write",
    "delete_webhook": "automation.write",
    "ping_webhook": "automation.write",
    "webhook_messages": "automation.read",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[tuple[Brand, Brand]]:
    """Ours and theirs; each request is rolled back, so that one world serves all."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield brand("Red Kite Rail"), brand("Pine Hotel")
        transaction.set_rollback(True)


@pytest.fixture
def kite(world: tuple[Brand, Brand]) -> Brand:
    return world[0]


@pytest.fixture
def pine(world: tuple[Brand, Brand]) -> Brand:
    return world[1]


def body_of(name: str, ids: dict[str, int]) -> dict[str, Any] | None:
    """A body that the operation would take."""
    hour = timedelta(hours=1)
    watch = {"name": "Trains", "query": "train"}
    hours = {"name": "Night desk", "zone": "UTC", "weekly": {"0": [["22:00", "06:00"]]}}
    policy = {"name": "Slowly", "resolution": {"seconds": 86_400}}
    day_off = f"BEGIN:VEVENT\nDTSTART;VALUE=DATE:{clock.now().year}1224\nEND:VEVENT"
    steps = [{"do": "add_label", "name": "late"}]
    bodies: dict[str, dict[str, Any]] = {
        "connect": {"kind": "sandbox", "values": {"handle": "kite-two"}},
        "rename": {"name": "Mara"},
        "link": {"network": "phone", "handle": "+49 731 1"},
        "remember": {"text": "Sits by the window."},
        "create_watch": watch,
        "change_watch": watch,
        "test_watch": {"query": "train"},
        "post_mention": {
            "integration": "shop",
            "external_id": "1",
            "author_id": "mara",
            "text": "Where is it?",
            "created_at": (clock.now() - hour).isoformat(),
        },
        "post_mentions": {
            "integration": "shop",
            "posts": [
                {
                    "id": "2",
                    "author": {"id": "mara"},
                    "text": "Where is it?",
                    "created_at": (clock.now() - hour).isoformat(),
                }
            ],
        },
        "confirm": {"external_id": "17"},
        "reply": {"text": "Outside Ulm.", "mode": "public"},
        "note": {"text": "Called the station."},
        "assign": {"member_id": ids["member_id"]},
        "hand_to_team": {"team_id": ids["team_id"]},
        "label": {"name": "late"},
        "prioritise": {"priority": "high"},
        "create_calendar": hours,
        "change_calendar": hours,
        "import_days": {"ical": f"BEGIN:VCALENDAR\n{day_off}\nEND:VCALENDAR"},
        "create_policy": policy,
        "change_policy": policy,
        "move_policy": {"to": "earlier"},
        "snooze": {"until": (clock.now() + hour).isoformat()},
        "touch": {"kind": "call_completed"},
        "gesture": {"entry_id": ids["entry_id"], "kind": "favourite"},
        "change_conversations": {"conversation_ids": [ids["conversation_id"]], "do": "pending"},
        "create_rule": {"name": "Trains", "triggers": ["message_in"], "steps": steps},
        "change_rule": {"name": "Trains", "triggers": ["message_in"], "steps": steps},
        "switch_rule": {"active": True},
        "try_conditions": {"triggers": ["message_in"]},
        "create_macro": {"name": "To the desk", "steps": steps},
        "change_macro": {"name": "To the desk", "steps": steps},
        "run_macro": {"conversation_ids": [ids["conversation_id"]]},
        "create_canned_response": {"shortcut": "soon", "title": "Soon", "text": "Soon."},
        "change_canned_response": {"shortcut": "soon", "title": "Soon", "text": "Soon."},
        "create_webhook": {"name": "The shop", "url": "https://shop.example/hook"},
        "switch_webhook": {"active": True},
    }
    return bodies.get(name)


def ask(call: Call, of: Brand, token: str | None) -> Any:
    """The answer to a request about this brand's objects, rolled back."""
    values = {**of.ids, "name": "late"}
    url = "/api/v1" + call.path.replace("{path:", "{").format(**values)
    url += "?search=train" if call.name == "search" else ""
    body = body_of(call.name, of.ids)
    assert call.has_body == (body is not None), f"body_of() has no body for {call.name}"
    headers = {"authorization": f"Bearer {token}"} if token is not None else {}
    with transaction.atomic():
        answer = Client().generic(
            call.method, url, json.dumps(body or {}), "application/json", headers=headers
        )
        transaction.set_rollback(True)
    return answer


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["detail"]
    return told


def test_every_operation_has_its_door() -> None:
    assert not without_door(EVERY)


def test_every_operation_is_known_here_and_has_its_own_name() -> None:
    names = [one.name for one in EVERY]
    assert set(names) == set(NEEDS)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("call", EVERY, ids=str)
def test_without_a_valid_token_nothing_is_told(call: Call, kite: Brand) -> None:
    expired, revoked = kite.token(*SCOPES), kite.token(*SCOPES)
    newest = ApiToken.objects.order_by("-pk")
    ApiToken.objects.filter(pk=newest[1].pk).update(expires_at=clock.now() - timedelta(seconds=1))
    ApiToken.objects.filter(pk=newest[0].pk).update(revoked_at=clock.now())
    for token in (None, "", "cb_garbage", "ü\u20ac", expired, revoked):
        told = problem(ask(call, kite, token), 401)
        assert told["code"] == "unauthenticated"


@pytest.mark.parametrize("call", EVERY, ids=str)
def test_a_token_without_the_scope_is_refused(call: Call, kite: Brand) -> None:
    for scope in call.scopes:
        others = [one for one in SCOPES if one != scope]
        told = problem(ask(call, kite, kite.token(*others)), 403)
        assert scope in told["fields"]["scope"]


@pytest.mark.parametrize("call", EVERY, ids=str)
def test_the_scopes_it_names_are_enough(call: Call, kite: Brand) -> None:
    answer = ask(call, kite, kite.token(*call.scopes))
    done = answer.status_code in (200, 201, 202, 204)
    # What is open already, and a secret where nothing is handed in, were asked for all the same.
    assert done or answer.json()["code"] in ("already_open", "no_secret"), answer.content


@pytest.mark.parametrize("call", EVERY, ids=str)
def test_a_role_without_the_permission_is_refused(call: Call, kite: Brand) -> None:
    for role in Role:
        answer = ask(call, kite, kite.token(role=role))
        if NEEDS[call.name] not in PERMISSIONS[role]:
            assert problem(answer, 403)["code"] == "not_allowed", role
        elif role != Role.PARTNER:
            # Joining in needs both: to see what was listened to, and to work on conversations.
            may_both = call.name != "join_in" or "conversation.status" in PERMISSIONS[role]
            assert (answer.status_code != 403) == may_both, role


@pytest.mark.parametrize("call", WITH_IDS, ids=str)
def test_objects_of_another_workspace_are_not_found(call: Call, kite: Brand, pine: Brand) -> None:
    problem(ask(call, kite, pine.token()), 404)


@pytest.mark.parametrize("call", WITH_IDS, ids=str)
def test_partners_find_nothing_that_was_not_given_to_them(call: Call, kite: Brand) -> None:
    may = NEEDS[call.name] in PERMISSIONS[Role.PARTNER]
    problem(ask(call, kite, kite.token(role=Role.PARTNER)), 404 if may else 403)


@pytest.mark.parametrize("call", [one for one in EVERY if one not in WITH_IDS], ids=str)
def test_lists_tell_nothing_of_another_workspace(call: Call, kite: Brand, pine: Brand) -> None:
    answer = ask(call, pine, pine.token())
    told = answer.content.decode()
    for foreign in ("red-kite-rail", "Red Kite Rail"):
        assert foreign not in told


@pytest.mark.parametrize(
    "call", [one for one in EVERY if one.method == "GET" and one not in WITH_IDS], ids=str
)
def test_partners_are_shown_no_conversation_that_was_not_given_to_them(
    call: Call, kite: Brand
) -> None:
    answer = ask(call, kite, kite.token(role=Role.PARTNER))
    if answer.status_code != 403:
        assert "Outside Ulm" not in answer.content.decode()
        assert "Where does my train stand" not in answer.content.decode()


@pytest.mark.parametrize("call", WRITES, ids=str)
def test_who_only_reads_changes_nothing(call: Call, kite: Brand) -> None:
    token = kite.token(role=Role.ANALYST)
    before = written()
    ask(call, kite, token)
    assert written() == before


@pytest.mark.parametrize("model", [Member, User])
def test_a_token_ends_with_its_member(model: Any, kite: Brand) -> None:
    me = next(one for one in EVERY if one.name == "me")
    token = kite.token(role=Role.AGENT)
    agent = kite.members[Role.AGENT]
    if model is Member:
        Member.objects.filter(pk=agent.pk).update(active=False)
    else:
        User.objects.filter(pk=agent.user_id).update(is_active=False)
    problem(ask(me, kite, token), 401)


class TestTheGuardFails:
    @pytest.mark.parametrize("auth", [None, lambda request: True])
    def test_when_an_operation_has_no_door_or_another_one(self, auth: Any) -> None:
        other = NinjaAPI(urls_namespace="guard", auth=None)

        @other.get("/open", auth=auth)
        def open_to_all(request: HttpRequest) -> str:
            return "secret"

        assert without_door(calls(other)) == ["GET /open lets in without a scope"]

    def test_when_a_second_door_is_wider(self) -> None:
        class Anyone(HttpBearer):
            def authenticate(self, request: HttpRequest, token: str) -> str:
                return token

        other = NinjaAPI(urls_namespace="guard-two")

        @other.get("/wide", auth=[Scoped("people:read"), Anyone()])
        def wide(request: HttpRequest) -> str:
            return "secret"

        assert without_door(calls(other))

    def test_when_a_scope_does_not_exist(self) -> None:
        with pytest.raises(LookupError):
            Scoped("people:erase")
        with pytest.raises(LookupError):
            Scoped()

    def test_and_it_looks_at_the_product(self) -> None:
        assert len(EVERY) > 40
