"""A macro does its steps in the name of the person who runs it, and can be taken back."""

import pytest

from cornbread.automation import actions, queries
from cornbread.automation.models import Macro
from cornbread.care import actions as care
from cornbread.care.models import Conversation, Entry
from cornbread.foundation.errors import Invalid, NotAllowed, NotFound
from cornbread.outbound.models import Draft
from cornbread.team import actions as team
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests import world
from tests.automation.rules_here import labels_of
from tests.world import Pretend, channel, conversations, hear, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(pretend: Pretend) -> Member:
    lead = world.member(world.workspace(), Role.LEAD, name="Lea")
    for name in ("night", "day"):
        care.create_label(name, by=lead)
    return lead


@pytest.fixture
def cases(lead: Member) -> list[Conversation]:
    hear(channel(lead.workspace), post("1"), post("2", by="bo"))
    return conversations(lead.workspace)


@pytest.fixture
def agent(lead: Member) -> Member:
    return world.member(lead.workspace, name="Omar")


def macro(lead: Member, *steps: dict[str, object]) -> Macro:
    return actions.save_macro(None, name="To the night desk", steps=steps, by=lead)


def test_steps_are_done_in_order_by_the_person_and_taken_back(
    lead: Member, agent: Member, cases: list[Conversation]
) -> None:
    desk = team.create_team("Night desk", by=world.member(lead.workspace, Role.OWNER))
    care.label(cases[0].pk, "day", by=lead)
    made = macro(
        lead,
        {"do": "add_label", "name": "night"},
        {"do": "remove_label", "name": "day"},
        {"do": "hand_to_team", "team_id": desk.pk},
        {"do": "assign", "member_id": agent.pk},
        {"do": "draft", "text": "Tell me more?"},
        {"do": "set_priority", "priority": "urgent"},
        {"do": "snooze", "hours": 8},
    )
    runs = actions.run_macro(made.pk, [one.pk for one in cases], by=agent)
    for one in conversations(lead.workspace):
        assert labels_of(one) == {"night"}
        assert (one.team_id, one.assignee_id, one.status) == (desk.pk, agent.pk, "snoozed")
        assert one.priority == "urgent"
    assert all(step["ok"] for run in runs for step in run.done)
    assert Draft.objects.filter(member=agent, text="Tell me more?").count() == 2
    ours = Entry.objects.filter(member=agent)
    assert all(entry.human and "rule" not in entry.details for entry in ours)
    assert actions.undo(runs[0].pk, by=agent) == []
    first, second = conversations(lead.workspace)
    assert (labels_of(first), labels_of(second)) == ({"day"}, set())
    for one in (first, second):
        assert (one.team_id, one.assignee_id, one.status) == (None, None, "open")
        assert one.priority == "normal"
    assert not Draft.objects.exists()
    with pytest.raises(Invalid, match="taken back already"):
        actions.undo(runs[1].pk, by=agent)


def test_what_somebody_changed_since_stays(
    lead: Member, agent: Member, cases: list[Conversation]
) -> None:
    made = macro(lead, {"do": "assign", "member_id": agent.pk}, {"do": "resolve"})
    (run,) = actions.run_macro(made.pk, [cases[0].pk], by=agent)
    care.assign(cases[0].pk, to=lead.pk, by=lead)
    assert actions.undo(run.pk, by=agent) == ["Who has it was changed since, and stays as it is."]
    one = conversations(lead.workspace)[0]
    assert (one.assignee_id, one.status) == (lead.pk, "open")


@pytest.mark.parametrize("before", ["open", "pending", "snoozed", "resolved"])
def test_a_status_comes_back_as_it_was(
    lead: Member, cases: list[Conversation], before: str
) -> None:
    from datetime import timedelta

    from cornbread.foundation import clock

    one = cases[0]
    until = clock.now() + timedelta(hours=2)
    if before == "pending":
        care.set_pending(one.pk, by=lead)
    elif before == "snoozed":
        care.snooze(one.pk, until=until, by=lead)
    elif before == "resolved":
        care.resolve(one.pk, by=lead)
    step = {"do": "reopen"} if before == "resolved" else {"do": "resolve"}
    (run,) = actions.run_macro(macro(lead, step).pk, [one.pk], by=lead)
    assert actions.undo(run.pk, by=lead) == []
    one.refresh_from_db()
    assert one.status == before
    assert before != "snoozed" or one.snoozed_until == until


def test_a_refused_step_is_said_and_the_others_are_done(
    lead: Member, cases: list[Conversation]
) -> None:
    made = macro(lead, {"do": "reply", "text": "x" * 500}, {"do": "add_label", "name": "night"})
    (run,) = actions.run_macro(made.pk, [cases[0].pk], by=lead)
    assert [step["ok"] for step in run.done] == [False, True]
    assert labels_of(cases[0]) == {"night"}


def test_a_macro_may_no_more_than_the_person(
    lead: Member, cases: list[Conversation], agent: Member
) -> None:
    made = macro(lead, {"do": "resolve"})
    for role in (Role.PARTNER, Role.ANALYST, Role.PUBLISHER, Role.COMPLIANCE):
        other = world.member(lead.workspace, role)
        with pytest.raises(NotAllowed):
            actions.run_macro(made.pk, [cases[0].pk], by=other)
        with pytest.raises(NotAllowed):
            list(queries.macros(seen_by=other))
    with pytest.raises(NotAllowed):
        macro(agent, {"do": "resolve"})


def test_nobody_takes_back_what_another_did(
    lead: Member, cases: list[Conversation], agent: Member
) -> None:
    (run,) = actions.run_macro(macro(lead, {"do": "resolve"}).pk, [cases[0].pk], by=lead)
    with pytest.raises(NotFound):
        actions.undo(run.pk, by=agent)


def test_nothing_is_done_to_any_when_one_is_not_there(
    lead: Member, cases: list[Conversation]
) -> None:
    made = macro(lead, {"do": "resolve"})
    with pytest.raises(NotFound):
        actions.run_macro(made.pk, [cases[0].pk, 10**9], by=lead)
    assert {one.status for one in conversations(lead.workspace)} == {"open"}
    with pytest.raises(Invalid):
        actions.run_macro(made.pk, [], by=lead)


def test_a_macro_names_only_what_is_there(lead: Member) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.save_macro(
            None,
            name=" ",
            steps=[{"do": "add_label", "name": "gone"}, {"do": "assign", "member_id": 10**9}],
            by=lead,
        )
    assert set(refusal.value.fields) == {"name", "steps.0.name", "steps.1.member_id"}
    macro(lead, {"do": "resolve"})
    with pytest.raises(Invalid, match="Another one has this name"):
        actions.save_macro(None, name="to the NIGHT desk", steps=[{"do": "resolve"}], by=lead)
