"""Whatever rules people write, they come to an end."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cornbread.automation.domain import loops
from cornbread.automation.models import Firing
from cornbread.automation.ready import forget_rules
from cornbread.care import actions as care
from cornbread.care.models import Conversation
from cornbread.foundation import clock
from cornbread.foundation.models import Job
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests import world
from tests.automation.rules_here import follow, labels_of, log, rule
from tests.world import Pretend, channel, conversation, hear, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(pretend: Pretend) -> Member:
    brand = world.workspace()
    lead = world.member(brand, Role.LEAD, name="Lea")
    for name in ("one", "two"):
        care.create_label(name, by=lead)
    return lead


@pytest.fixture
def case(lead: Member) -> Conversation:
    hear(channel(lead.workspace), post("1"))
    return conversation(lead.workspace)


def put(name: str) -> dict[str, Any]:
    return {"do": "add_label", "name": name}


def off(name: str) -> dict[str, Any]:
    return {"do": "remove_label", "name": name}


def test_a_rule_does_not_fire_on_what_it_did_itself(case: Conversation, lead: Member) -> None:
    again = rule(lead, "Again", off("two"), put("two"), on="labelled")
    care.label(case.pk, "one", by=lead)
    follow()
    assert len(log(again)) == 1


def test_two_rules_that_set_off_one_another_end(case: Conversation, lead: Member) -> None:
    ping = rule(lead, "Ping", off("one"), put("one"), on="labelled")
    pong = rule(lead, "Pong", off("two"), put("two"), on="labelled")
    care.label(case.pk, "one", by=lead)
    follow()
    chains = sorted(one.chain for one in Firing.objects.all())
    assert chains == [[ping.pk], [ping.pk, pong.pk], [pong.pk], [pong.pk, ping.pk]]


def test_a_chain_ends_after_three(case: Conversation, lead: Member) -> None:
    rules = [
        rule(lead, f"Rule {number}", off("one"), put("one"), on="labelled") for number in range(5)
    ]
    care.label(case.pk, "two", by=lead)
    follow()
    longest = max(len(one.chain) for one in Firing.objects.all())
    assert longest == loops.LONGEST_CHAIN
    assert len(rules) == 5


def test_a_rule_that_runs_away_is_switched_off_for_that_conversation_and_says_so(
    case: Conversation, lead: Member
) -> None:
    notes = rule(lead, "Note it", {"do": "note", "text": "Labelled"}, on="labelled")
    hear(case.channel, post("2", by="bo"))
    other = Conversation.objects.exclude(pk=case.pk).get()
    for _ in range(loops.MOST_FIRINGS + 3):
        care.label(case.pk, "one", by=lead)
        follow()
        care.unlabel(case.pk, "one", by=lead)
    fired = log(notes)
    assert [one.state for one in fired] == ["done"] * loops.MOST_FIRINGS + ["stopped"]
    assert "switched off for it" in fired[-1].done[0]["words"]
    care.label(other.pk, "one", by=lead)
    follow()
    assert log(notes)[-1].conversation_id == other.pk


def test_switched_off_and_on_it_may_try_again(case: Conversation, lead: Member) -> None:
    from cornbread.automation import actions

    notes = rule(lead, "Note it", {"do": "note", "text": "Labelled"}, on="labelled")
    Firing.objects.create(
        workspace=lead.workspace,
        rule=notes,
        conversation=case,
        key="k",
        trigger="labelled",
        state="stopped",
        at=clock.now(),
    )
    care.label(case.pk, "one", by=lead)
    follow()
    assert len(log(notes)) == 1
    Firing.objects.update(at=clock.now() - timedelta(seconds=1))
    actions.switch_rule(notes.pk, on=False, by=lead)
    actions.switch_rule(notes.pk, on=True, by=lead)
    care.label(case.pk, "two", by=lead)
    follow()
    assert [one.state for one in log(notes)] == ["stopped", "done"]


LABELS = ("one", "two")
STEPS = st.one_of(
    st.sampled_from([put(name) for name in LABELS] + [off(name) for name in LABELS]),
    st.sampled_from([{"do": "resolve"}, {"do": "reopen"}, {"do": "pend"}]),
    st.just({"do": "snooze", "hours": 1}),
    st.just({"do": "note", "text": "Again"}),
    st.just({"do": "assign", "member_id": None}),
)
TRIGGERS = st.sampled_from(["message_in", "opened", "reopened", "resolved", "assigned", "labelled"])
RULES = st.lists(st.tuples(TRIGGERS, st.lists(STEPS, min_size=1, max_size=3)), max_size=4)
DONE_BY_HAND = st.lists(st.sampled_from(["label", "unlabel", "resolve", "write"]), max_size=3)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(RULES, DONE_BY_HAND)
def test_any_set_of_rules_comes_to_an_end(
    lead: Member, rules: list[tuple[str, list[dict[str, Any]]]], by_hand: list[str]
) -> None:
    Firing.objects.all().delete()
    lead.workspace.rules.all().delete()
    forget_rules()
    for number, (trigger, steps) in enumerate(rules):
        rule(lead, f"Rule {number}", *steps, on=trigger)
    place = lead.workspace.channels.first() or channel(lead.workspace)
    before = Conversation.objects.count()
    hear(place, post(f"p{before}", by=f"c{before}", at=clock.now()))
    one = Conversation.objects.latest("pk")
    for number, what in enumerate(by_hand):
        _do(one, what, lead, f"p{before}", number)
        follow()
    # Every single thing that people do leads to a bounded number of firings.
    many = len(rules)
    most = many + many * (many - 1) * 3 + many * (many - 1) * (many - 2) * 9
    assert Firing.objects.count() <= max(1, most) * (2 + len(by_hand)) * 2
    assert not Job.objects.filter(state="ready", queue="reactions").exists()
    for fired in Firing.objects.all():
        assert len(set(fired.chain)) == len(fired.chain) <= loops.LONGEST_CHAIN
        assert fired.state != "due"


def _do(one: Conversation, what: str, lead: Member, first: str, number: int) -> None:
    one.refresh_from_db()
    if what == "label":
        care.label(one.pk, "one", by=lead)
    elif what == "unlabel":
        care.unlabel(one.pk, "one", by=lead)
    elif what == "resolve" and one.status != "resolved":
        care.resolve(one.pk, by=lead)
    elif what == "write":
        place = one.channel
        hear(place, post(f"{first}-{number}", to=first, by=f"c{first[1:]}", at=clock.now()))
    assert labels_of(one) <= {"one", "two"}
