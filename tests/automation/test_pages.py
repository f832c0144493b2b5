"""The pages of rules, macros and webhooks, with and without scripts."""

import re
from typing import Any

import pytest
from django.test import Client

from cornbread.automation.models import Macro, Rule, Run
from cornbread.care import actions as care
from cornbread.care.models import Conversation
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests import world
from tests.automation.rules_here import labels_of, rule, when
from tests.world import Pretend, channel, conversation, hear, post

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(pretend: Pretend) -> Member:
    lead = world.member(world.workspace(), Role.LEAD, name="Lea")
    care.create_label("vip", by=lead)
    return lead


@pytest.fixture
def case(lead: Member) -> Conversation:
    hear(channel(lead.workspace), post("1"))
    return conversation(lead.workspace)


class Browser:
    """A browser in which somebody is signed in."""

    def __init__(self, member: Member) -> None:
        self.client = Client()
        self.client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        self.base = f"/w/{member.workspace.slug}/automation/"

    def get(self, path: str = "", **headers: str) -> str:
        answer = self.client.get(self.base + path, headers=headers)
        assert answer.status_code == 200, answer.content
        return answer.content.decode()

    def post(self, path: str, data: Any, status: int = 200, **headers: str) -> str:
        answer = self.client.post(self.base + path, data, headers=headers)
        assert answer.status_code == status, answer.content
        return answer.content.decode()


WRITTEN: dict[str, Any] = {
    "name": "VIP first",
    "triggers": ["message_in", "waiting"],
    "wait_number": "3",
    "wait_unit": "hours",
    "match": "all",
    "g0-match": "any",
    "g0-c0-field": "text",
    "g0-c0-was": "text",
    "g0-c0-operator": "contains",
    "g0-c0-value": "stuck",
    "g0-c1-field": "labels",
    "g0-c1-was": "labels",
    "g0-c1-operator": "is",
    "g0-c1-value": ["vip"],
    "s0-do": "add_label",
    "s0-was": "add_label",
    "s0-value": "vip",
    "s1-do": "snooze",
    "s1-was": "snooze",
    "s1-value": "1.5",
    "press": "save",
}


def test_a_rule_is_written_switched_on_and_listed_in_words(lead: Member) -> None:
    browser = Browser(lead)
    assert "No rules yet" in browser.get()
    browser.post("rules/new/", WRITTEN, status=302)
    made = Rule.objects.get()
    assert (made.name, made.active, made.wait_minutes, made.keeper) == (
        "VIP first",
        False,
        180,
        lead,
    )
    assert made.conditions["groups"][0]["match"] == "any"
    assert made.steps == [{"do": "add_label", "name": "vip"}, {"do": "snooze", "hours": 1.5}]
    browser.post(f"rules/{made.pk}/switch/", {"active": "yes"}, **HTMX)
    made.refresh_from_db()
    assert made.active
    shown = browser.get()
    assert "What is said contains “stuck” or Labels include “vip”" in shown
    assert "label it “vip”; snooze it for 1.5 hours" in shown
    assert 'value="stuck"' in browser.get(f"rules/{made.pk}/")


def test_what_is_wrong_stands_beside_its_field(lead: Member) -> None:
    wrong = WRITTEN | {
        "name": "",
        "wait_number": "no",
        "g0-c0-operator": "matches",
        "g0-c0-value": "train AND (",
        "s1-value": "-4",
    }
    page = Browser(lead).post("rules/new/", wrong, status=422)
    for id_ in ("rule-name_error", "wait_error", "g0-c0_error", "s1_error"):
        assert f'id="{id_}"' in page, id_
    assert 'aria-describedby="g0-c0_error"' in page
    assert "train AND (" in page
    assert not Rule.objects.exists()


@pytest.mark.parametrize("path", ["rules/parts/", "rules/new/"])
def test_buttons_of_the_editor_work_with_and_without_scripts(lead: Member, path: str) -> None:
    browser = Browser(lead)

    def rows(press: str) -> tuple[int, int]:
        page = browser.post(path, WRITTEN | {"press": press})
        return len(re.findall(r'name="g\d+-c\d+-field"', page)), page.count('-do"') // 2

    assert rows("show") == (2, 2)
    assert rows("add-condition:0") == (3, 2)
    assert rows("add-group") == (3, 2)
    assert rows("remove-condition:0:1") == (1, 2)
    assert rows("add-step") == (2, 3)
    assert rows("remove-step:0") == (2, 1)
    assert rows("remove-step:99") == (2, 2)
    page = browser.post(path, WRITTEN | {"press": "raise-step:1"})
    assert page.index('value="snooze" selected') < page.index('value="add_label" selected')


def test_another_field_begins_with_its_own_operators(lead: Member) -> None:
    page = Browser(lead).post("rules/parts/", WRITTEN | {"g0-c0-field": "time"})
    assert "is between" in page
    assert 'value="stuck"' not in page


def test_a_dry_run_of_what_is_written(lead: Member, case: Conversation) -> None:
    from cornbread.care.models import Conversation as Case
    from cornbread.care.models import Entry
    from cornbread.foundation import clock

    Case.objects.update(last_at=clock.now())
    Entry.objects.update(at=clock.now())
    browser = Browser(lead)
    page = browser.post("rules/try/", WRITTEN | {"triggers": "message_in"}, **HTMX)
    assert "1 of 1" in page
    assert "“stuck”" in page
    whole = browser.post("rules/new/", WRITTEN | {"press": "try", "triggers": "message_in"})
    assert "1 of 1" in whole
    wrong = WRITTEN | {"g0-c0-operator": "matches", "g0-c0-value": "("}
    assert "Not tried out yet" in browser.post("rules/try/", wrong, **HTMX)


def test_the_log_says_what_fired_and_why(lead: Member, case: Conversation) -> None:
    made = rule(
        lead, "Stuck", {"do": "add_label", "name": "vip"}, conditions=when(("bot", "is", False))
    )
    hear(case.channel, post("2", to="1", at=3))
    browser = Browser(lead)
    for path in ("log/", f"log/?rule={made.pk}"):
        page = browser.get(path)
        assert "Stuck" in page
        assert "Not: written by a bot: no" in page
        assert "label it “vip”" in page
    assert "1 this week" in browser.get()
    assert "Nothing has fired" in browser.get(f"log/?rule={rule(lead, 'x', {'do': 'resolve'}).pk}")


def test_the_log_is_paged(lead: Member, case: Conversation) -> None:
    rule(lead, "Note", {"do": "note", "text": "!"})
    hear(case.channel, *(post(f"p{number}", by=f"c{number}") for number in range(35)))
    browser = Browser(lead)
    page = browser.get("log/")
    assert page.count('class="au-fired"') == 30
    older = re.search(r'href="[^"]*\?before=([^"]+)"', page)
    assert older is not None
    assert browser.get(f"log/?before={older[1]}").count('class="au-fired"') == 5


def test_a_macro_is_written_run_in_a_conversation_and_taken_back(
    lead: Member, case: Conversation
) -> None:
    browser = Browser(lead)
    written = {"name": "VIP", "s0-do": "add_label", "s0-was": "add_label", "s0-value": "vip"}
    browser.post("macros/new/", {**written, "press": "save"}, status=302)
    made = Macro.objects.get()
    assert "label it “vip”" in browser.get("macros/")
    inbox = browser.client.get(f"/w/{lead.workspace.slug}/inbox/{case.pk}/").content.decode()
    assert 'id="dialog-macros"' in inbox
    assert 'data-shortcut="x"' in inbox
    assert "VIP" in browser.get(f"macros/for/{case.pk}/")
    assert "Take it back" in browser.post(f"macros/{made.pk}/run/{case.pk}/", {}, **HTMX)
    assert labels_of(case) == {"vip"}
    assert "Taken back" in browser.post(f"runs/{Run.objects.get().pk}/undo/", {}, **HTMX)
    assert labels_of(case) == set()
    browser.post(f"macros/{made.pk}/delete/", {}, status=302)
    assert not Macro.objects.exists()


def test_who_may_not_run_macros_is_offered_none(lead: Member, case: Conversation) -> None:
    partner = world.member(lead.workspace, Role.PARTNER)
    care.assign(case.pk, to=partner.pk, by=lead)
    browser = Browser(partner)
    inbox = browser.client.get(f"/w/{lead.workspace.slug}/inbox/{case.pk}/").content.decode()
    assert "macro" not in inbox.lower()


def test_a_webhook_shows_its_secret_once(lead: Member) -> None:
    browser = Browser(lead)
    sent = {"name": "Till", "url": "https://till.example/"}
    assert "whsec_" in browser.post("webhooks/", sent)
    assert "whsec_" not in browser.get("webhooks/")
    assert "begins with https" in browser.post("webhooks/", {**sent, "url": "http://a.b"}, 422)
