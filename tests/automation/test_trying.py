"""A dry run says what a rule would have done, and does nothing."""

from datetime import timedelta

import pytest

from cornbread.automation.models import Firing
from cornbread.automation.trying import try_out, try_rule
from cornbread.care import actions as care
from cornbread.care.models import Entry
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotAllowed
from cornbread.foundation.models import EventRecord
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests import world
from tests.automation.rules_here import rule, when
from tests.world import Pretend, channel, conversations, hear, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(pretend: Pretend) -> Member:
    lead = world.member(world.workspace(), Role.LEAD, name="Lea")
    care.create_label("vip", by=lead)
    now = clock.now()
    hear(
        channel(lead.workspace),
        post("1", "The train is stuck", at=now - timedelta(hours=3)),
        post("2", "Thank you", by="bo", at=now - timedelta(days=2)),
        post("3", "Stuck again", by="cy", at=now - timedelta(days=30)),
    )
    return lead


def test_it_says_which_and_why_and_why_not(lead: Member) -> None:
    before = (EventRecord.objects.count(), Entry.objects.count())
    asked = when(("text", "contains", "stuck"), ("status", "is", ["open"]))
    found = try_out(["message_in"], None, asked, seen_by=lead)
    assert (found.looked_at, found.fires, found.cut) == (2, 1, False)
    assert [str(one.conversation.person) for one in found.firing] == ["Ana"]
    assert found.reasons == [("What is said contains “stuck”", 1)]
    reasons = found.passing[0].verdict.groups[0].reasons
    assert [(one.holds, one.found) for one in reasons] == [(False, "not found"), (True, "open")]
    assert (EventRecord.objects.count(), Entry.objects.count()) == before
    assert not Firing.objects.exists()


def test_other_occasions_of_the_week_are_found_in_the_timelines(lead: Member) -> None:
    newest = next(one for one in conversations(lead.workspace) if one.identity.handle == "ana")
    care.label(newest.pk, "vip", by=lead)
    care.resolve(newest.pk, by=lead)
    for trigger, looked_at in (
        ("labelled", 1),
        ("resolved", 1),
        ("assigned", 0),
        ("opened", 2),
        ("level_dropped", 1),
    ):
        found = try_out([trigger], None, {}, seen_by=lead)
        assert (trigger, found.looked_at) == (trigger, looked_at)
    assert try_out(["waiting"], 60 * 24, {}, seen_by=lead).looked_at == 1


def test_a_saved_rule_is_tried_as_it_is(lead: Member) -> None:
    steps = {"do": "add_label", "name": "vip"}
    made = rule(lead, "Stuck", steps, conditions=when(("text", "contains", "stuck")))
    assert try_rule(made.pk, seen_by=lead).fires == 1


def test_what_is_wrong_is_said_and_agents_may_not_look(lead: Member) -> None:
    with pytest.raises(Invalid):
        try_out(["message_in"], None, when(("text", "matches", "(")), seen_by=lead)
    for role in (Role.AGENT, Role.PARTNER):
        with pytest.raises(NotAllowed):
            try_out(["message_in"], None, {}, seen_by=world.member(lead.workspace, role))
