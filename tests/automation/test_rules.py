"""Rules fire once, say why, act under their own name, and leave alone what is not theirs."""

from datetime import timedelta

import pytest
import time_machine
from django.test.utils import CaptureQueriesContext

from cornbread.automation import actions, tasks
from cornbread.automation.models import Firing
from cornbread.care import actions as care
from cornbread.care import queries
from cornbread.care.domain.timeline import EntryKind
from cornbread.care.models import Conversation, Entry
from cornbread.care.showing.pane import pane
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotAllowed
from cornbread.foundation.models import Job
from cornbread.outbound.models import Delivery, Draft
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member, Workspace
from tests import world
from tests.automation.rules_here import follow, labels_of, log, rule, when
from tests.world import Pretend, channel, conversation, conversations, direct, hear, post, send_all

pytestmark = pytest.mark.django_db

LABEL = {"do": "add_label", "name": "vip"}


@pytest.fixture
def brand(pretend: Pretend) -> Workspace:
    return world.workspace()


@pytest.fixture
def place(brand: Workspace) -> Channel:
    return channel(brand)


@pytest.fixture
def lead(brand: Workspace) -> Member:
    lead = world.member(brand, Role.LEAD, name="Lea")
    for name in ("vip", "delay", "night"):
        care.create_label(name, by=lead)
    return lead


def test_a_rule_labels_what_a_customer_writes_and_is_named_in_the_timeline(
    place: Channel, lead: Member
) -> None:
    vip = rule(lead, "VIP first", LABEL, conditions=when(("text", "contains", "stuck")))
    hear(place, post("1", "The train is stuck"), post("2", "Hello", by="bo", at=1))
    stuck, hello = conversations(lead.workspace)
    assert (labels_of(stuck), labels_of(hello)) == ({"vip"}, set())
    entry = Entry.objects.get(conversation=stuck, kind=EntryKind.LABELLED)
    assert (entry.member, entry.human) == (None, False)
    assert entry.details == {"label": "vip", "rule": "VIP first", "chain": [vip.pk]}
    shown = pane(queries.conversation(stuck.pk, seen_by=lead), seen_by=lead).items[-1]
    assert (shown.who, shown.text) == ("Rule “VIP first”", "labelled this “vip”")


def test_the_log_says_why_and_what_was_done(place: Channel, lead: Member) -> None:
    vip = rule(
        lead,
        "Delays",
        LABEL,
        conditions=when(("text", "matches", "stuck OR late"), ("status", "is", "open")),
    )
    hear(place, post("1", "We are STUCK again"))
    (fired,) = log(vip)
    assert fired.state == Firing.State.DONE
    assert fired.done == [{"words": "label it “vip”", "ok": True, "trouble": ""}]
    assert fired.why["groups"][0]["reasons"] == [
        {
            "words": "What is said matches the query “stuck OR late”",
            "found": "“STUCK”",
            "holds": True,
        },
        {"words": "Status is open", "found": "open", "holds": True},
    ]


def test_a_rule_fires_once_for_each_message_however_often_it_is_told(
    place: Channel, lead: Member
) -> None:
    noted = rule(lead, "Note it", {"do": "note", "text": "Look here"})
    hear(place, post("1"))
    Job.objects.update(state="ready", due_at=clock.now(), attempts=0)
    follow()
    assert len(log(noted)) == 1
    hear(place, post("2", "And now?", to="1", at=3))
    assert len(log(noted)) == 2
    assert Entry.objects.filter(kind=EntryKind.NOTE).count() == 2


def test_a_rule_that_is_off_does_nothing(place: Channel, lead: Member) -> None:
    off = rule(lead, "Off", LABEL, active=False)
    hear(place, post("1"))
    assert log(off) == []
    actions.switch_rule(off.pk, on=True, by=lead)
    actions.switch_rule(off.pk, on=False, by=lead)
    hear(place, post("2", by="bo"))
    assert log(off) == []


def test_opening_is_one_occasion_and_later_messages_are_not(place: Channel, lead: Member) -> None:
    opened = rule(lead, "New", LABEL, on="opened")
    hear(place, post("1"))
    hear(place, post("2", to="1", at=2))
    assert len(log(opened)) == 1


def test_a_customer_who_comes_back_reopens(place: Channel, lead: Member) -> None:
    again = rule(lead, "Again", LABEL, on="reopened")
    hear(place, post("1", at=clock.now() - timedelta(minutes=9)))
    one = conversation(lead.workspace)
    hear(place, post("2", to="1", at=clock.now() - timedelta(minutes=8)))
    assert log(again) == []
    care.resolve(one.pk, by=lead)
    hear(place, post("3", "It is broken again", to="1", at=clock.now() + timedelta(seconds=5)))
    assert len(log(again)) == 1


def test_what_colleagues_do_sets_rules_off_too(place: Channel, lead: Member) -> None:
    rules = {
        "resolved": rule(lead, "Resolved", {"do": "note", "text": "r"}, on="resolved"),
        "assigned": rule(lead, "Assigned", {"do": "note", "text": "a"}, on="assigned"),
        "labelled": rule(lead, "Labelled", {"do": "note", "text": "l"}, on="labelled"),
    }
    hear(place, post("1"))
    one = conversation(lead.workspace)
    care.assign(one.pk, to=lead.pk, by=lead)
    care.label(one.pk, "vip", by=lead)
    care.resolve(one.pk, by=lead)
    follow()
    assert {name: len(log(one)) for name, one in rules.items()} == dict.fromkeys(rules, 1)


def test_an_answer_of_ours_is_an_occasion(place: Channel, lead: Member) -> None:
    answered = rule(lead, "Answered", {"do": "snooze", "hours": 2}, on="message_out")
    hear(place, post("1", at=clock.now()))
    one = conversation(lead.workspace)
    care.reply(one.pk, "On it", by=lead, basis=one.last_entry_id)
    send_all()
    assert len(log(answered)) == 1
    one.refresh_from_db()
    assert one.status == "snoozed"


def test_old_posts_of_a_back_fill_set_nothing_off_unless_asked_for(
    place: Channel, lead: Member
) -> None:
    plain = rule(lead, "Plain", LABEL)
    late = rule(lead, "Late", {"do": "note", "text": "old"}, conditions=when(("late", "is", True)))
    Workspace.objects.update(late_s=60)
    place.network.can(tells_history=False)  # type: ignore[attr-defined]
    hear(place, post("1", at=clock.now() - timedelta(days=3)))
    assert conversation(lead.workspace).late or log(late)
    assert log(plain) == []
    assert len(log(late)) == 1


def test_a_rule_answers_only_when_it_says_so_and_never_counts_as_an_answer(
    place: Channel, lead: Member
) -> None:
    with pytest.raises(Invalid) as refusal:
        rule(lead, "Auto", {"do": "reply", "text": "We are looking"})
    assert "sends" in refusal.value.fields
    auto = rule(lead, "Auto", {"do": "reply", "text": "We are looking"}, sends=True)
    hear(place, post("1", at=clock.now()))
    send_all()
    (fired,) = log(auto)
    assert fired.state == Firing.State.DONE, fired.done
    one = conversation(lead.workspace)
    entry = Entry.objects.get(conversation=one, kind=EntryKind.MESSAGE_OUT)
    assert (entry.human, entry.member) == (False, None)
    assert (one.level, one.first_answer_at, one.assignee) == (0, None, None)
    assert one.waiting_since is not None


def test_rules_do_not_answer_robots(place: Channel, lead: Member) -> None:
    auto = rule(lead, "Auto", {"do": "reply", "text": "Thanks"}, sends=True)
    heard = post("1", by="robo")
    import msgspec

    author = msgspec.structs.replace(heard.author, automated=True)
    hear(place, msgspec.structs.replace(heard, author=author))
    (fired,) = log(auto)
    assert (fired.state, Delivery.objects.count()) == ("refused", 0)
    assert "robot" in fired.done[0]["trouble"]


def test_checks_hold_for_rules_as_for_people(place: Channel, lead: Member) -> None:
    auto = rule(lead, "Auto", {"do": "reply", "text": "x" * 200}, sends=True)
    hear(place, post("1"))
    (fired,) = log(auto)
    assert fired.state == "refused"
    assert Delivery.objects.count() == 0


def test_a_draft_goes_to_whoever_has_it_and_never_over_what_they_write(
    place: Channel, lead: Member
) -> None:
    give = {"do": "assign", "member_id": lead.pk}
    draft = {"do": "draft", "text": "Which train?"}
    asks = rule(lead, "Ask", draft, on="labelled")
    hear(place, post("1"))
    one = conversation(lead.workspace)
    care.label(one.pk, "vip", by=lead)
    follow()
    assert "Nobody has this" in log(asks)[0].done[0]["trouble"]
    both = rule(lead, "Give and ask", give, draft)
    hear(place, post("2", to="1", at=2))
    assert log(both)[0].state == "done"
    assert Draft.objects.get().text == "Which train?"
    hear(place, post("3", to="1", at=3))
    assert log(both)[1].state == "partly"
    assert "writing an answer" in log(both)[1].done[1]["trouble"]


def test_steps_that_are_refused_are_left_out_and_said(place: Channel, lead: Member) -> None:
    gone = world.member(lead.workspace, name="Gone")
    gives = rule(lead, "Give", {"do": "assign", "member_id": gone.pk}, LABEL)
    Member.objects.filter(pk=gone.pk).update(active=False)
    hear(place, post("1"))
    (fired,) = log(gives)
    assert fired.state == "partly"
    assert [one["ok"] for one in fired.done] == [False, True]
    assert "no such member" in fired.done[0]["trouble"]


def test_a_rule_can_do_no_more_than_who_keeps_it(place: Channel, lead: Member) -> None:
    vip = rule(lead, "VIP", LABEL)
    Member.objects.filter(pk=lead.pk).update(role=Role.ANALYST)
    hear(place, post("1"))
    Member.objects.filter(pk=lead.pk).update(role=Role.LEAD, active=False)
    hear(place, post("2", by="bo"))
    first, second = log(vip)
    assert "may not keep rules" in first.done[0]["words"]
    assert "has left" in second.done[0]["words"]
    assert not any(labels_of(one) for one in conversations(lead.workspace))


@pytest.mark.parametrize("role", [Role.AGENT, Role.PARTNER, Role.PUBLISHER, Role.ANALYST])
def test_only_leads_and_admins_write_rules(brand: Workspace, lead: Member, role: Role) -> None:
    other = world.member(brand, role)
    with pytest.raises(NotAllowed):
        rule(other, "Mine", LABEL)
    made = rule(lead, "Ours", LABEL)
    for change in (
        lambda: actions.switch_rule(made.pk, on=False, by=other),
        lambda: actions.delete_rule(made.pk, by=other),
    ):
        with pytest.raises(NotAllowed):
            change()


def test_waiting_is_noticed_once_for_each_wait(place: Channel, lead: Member) -> None:
    begun = clock.now()
    waits = rule(lead, "Waits", LABEL, on="waiting", wait_minutes=30)
    hear(place, post("0", by="old", at=begun - timedelta(hours=3)))
    hear(place, post("1", at=begun - timedelta(minutes=5)))
    for minutes in (5, 26, 40, 90):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            tasks.follow_waits.func()
            follow()
    (fired,) = log(waits)
    assert fired.conversation.identity.handle == "ana"


def test_a_level_that_drops_is_an_occasion(place: Channel, lead: Member) -> None:
    from cornbread.care.tasks import keep_clocks

    begun = clock.now()
    drops = rule(lead, "Drops", LABEL, on="level_dropped")
    hear(place, post("1", at=begun - timedelta(minutes=5)))
    for hours in (0.1, 0.5, 1, 24):
        with time_machine.travel(begun + timedelta(hours=hours), tick=False):
            keep_clocks.func()
            follow()
    assert [one.key for one in log(drops)] == ["level_dropped:2", "level_dropped:1"]


def test_without_rules_intake_asks_the_database_nothing_more(
    place: Channel, django_assert_num_queries: CaptureQueriesContext
) -> None:
    from cornbread.automation.reactions import follow_many
    from cornbread.care.events import ConversationsChanged

    event = ConversationsChanged(
        workspace_id=place.workspace_id, conversation_ids=(1,), what="message", entry_ids=(1,)
    )
    follow_many(event)
    with django_assert_num_queries(0):  # type: ignore[operator]
        follow_many(event)


def test_many_conversations_take_as_few_queries_as_one(
    place: Channel, lead: Member, django_assert_max_num_queries: CaptureQueriesContext
) -> None:
    from cornbread.automation.reactions import follow_many
    from cornbread.care.events import ConversationsChanged

    for name in ("One", "Two", "Three"):
        rule(
            lead,
            name,
            LABEL,
            conditions=when(("text", "contains", "never said"), ("labels", "is", ["vip"])),
        )
    hear(place, *(post(str(number), by=f"c{number}") for number in range(40)))
    event = ConversationsChanged(
        workspace_id=place.workspace_id,
        conversation_ids=tuple(Conversation.objects.values_list("pk", flat=True)),
        what="message",
        entry_ids=tuple(Entry.objects.values_list("pk", flat=True)),
    )
    with django_assert_max_num_queries(13):  # type: ignore[operator]
        follow_many(event)


def test_a_private_message_is_told_from_a_public_one(place: Channel, lead: Member) -> None:
    private = rule(lead, "Private", LABEL, conditions=when(("visibility", "is", ["direct"])))
    hear(place, post("1"), direct(post("2", by="bo")))
    assert len(log(private)) == 1


def test_the_log_is_kept_for_ninety_days(place: Channel, lead: Member) -> None:
    vip = rule(lead, "VIP", LABEL)
    hear(place, post("1"), post("2", by="bo"))
    first, second = log(vip)
    Firing.objects.filter(pk=first.pk).update(at=clock.now() - timedelta(days=91))
    tasks.forget_old.func()
    assert log(vip) == [second]
