"""Policies at work: what is due when, what the inbox puts first, and what stays recorded."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cornbread.care import actions as care
from cornbread.care import pledges, queries
from cornbread.care.actions import Terms
from cornbread.care.domain.promises import Goal, Target
from cornbread.care.models import Breach, Calendar, Conversation, OpenPromise, SlaPolicy
from cornbread.care.tasks import keep_clocks
from cornbread.channels.models import Channel
from cornbread.foundation.errors import Invalid, NotAllowed, NotFound
from cornbread.foundation.jobs import drain
from cornbread.foundation.models import EventRecord
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests import world
from tests.world import THEN, answer, channel, conversation, conversations, hear, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretend")]

FIRST, NEXT, SOLVED = Target.FIRST_RESPONSE, Target.NEXT_RESPONSE, Target.RESOLUTION
HOUR_S = 3600
#: The stories begin on a Monday at 22:10 UTC.
NINE_TO_FIVE = {day: [("09:00", "17:00")] for day in range(5)}


@pytest.fixture
def place() -> Channel:
    return channel(world.workspace())


@pytest.fixture
def lead(place: Channel) -> Member:
    return world.member(place.workspace, Role.LEAD, "Lee")


def at(minutes: float) -> datetime:
    return THEN + timedelta(minutes=minutes)


def promise(lead: Member, name: str = "Everybody", **terms: Any) -> SlaPolicy:
    """A policy: an hour for the first answer, unless other goals are given."""
    goals = terms.pop("goals", {FIRST: Goal(HOUR_S)})
    made = care.save_policy(Terms(name=name, goals=goals, **terms), by=lead)
    drain(queues=["maintenance"])
    return made


def hours(lead: Member, **more: Any) -> Calendar:
    values = {"name": "Desk", "zone": "UTC", "weekly": NINE_TO_FIVE, **more}
    return care.save_calendar(by=lead, **values)


def hear_at(minutes: float, place: Channel, *posts: Any) -> None:
    with time_machine.travel(at(minutes), tick=False):
        hear(place, *posts)


def tick(minutes: float) -> None:
    with time_machine.travel(at(minutes), tick=False):
        keep_clocks.call()


def shown(one: Conversation) -> tuple[str, str, datetime | None]:
    found = OpenPromise.objects.get(conversation=one)
    return found.target, found.state, found.due_at


def events(kind: str) -> list[tuple[int, ...]]:
    found = EventRecord.objects.filter(kind=f"care.{kind}", live=True).order_by("pk")
    return [tuple(one.payload["conversation_ids"]) for one in found]


class TestDue:
    def test_a_conversation_shows_what_was_promised(self, place: Channel, lead: Member) -> None:
        promise(lead)
        hear_at(0, place, post("1"))
        assert shown(conversation(place.workspace)) == ("first_response", "running", at(60))

    def test_the_next_answer_is_promised_after_the_first(
        self, place: Channel, lead: Member
    ) -> None:
        promise(lead, goals={FIRST: Goal(HOUR_S), NEXT: Goal(2 * HOUR_S)})
        hear_at(0, place, post("1"))
        hear_at(5, place, answer("2", "1", at=5))
        assert not OpenPromise.objects.exists()
        hear_at(9, place, post("3", to="2", at=9))
        assert shown(conversation(place.workspace)) == ("next_response", "running", at(129))

    def test_only_opening_hours_count_where_that_is_promised(
        self, place: Channel, lead: Member
    ) -> None:
        promise(lead, goals={FIRST: Goal(HOUR_S, business=True)}, calendar_id=hours(lead).pk)
        hear_at(0, place, post("1"))
        opens = 10 * 60 + 50
        assert shown(conversation(place.workspace))[2] == at(opens + 60)

    def test_holidays_of_the_country_and_days_off_of_our_own_do_not_count(
        self, place: Channel, lead: Member
    ) -> None:
        tuesday, wednesday = "2026-03-03", "2026-03-04"
        ours = hours(lead, country="DE", subdivision="BE", days={tuesday: "Moving"})
        promise(lead, goals={FIRST: Goal(HOUR_S, business=True)}, calendar_id=ours.pk)
        hear_at(0, place, post("1"))
        case = conversation(place.workspace)
        assert shown(case)[2] == at(34 * 60 + 50 + 60)
        with time_machine.travel(at(1), tick=False):
            moving = {tuesday: "Moving", wednesday: "Still moving"}
            hours(lead, calendar_id=ours.pk, days=moving)
            drain(queues=["maintenance"])
        assert shown(case)[2] == at(58 * 60 + 50 + 60), "promises follow their calendar"

    def test_it_waits_while_the_customer_has_the_word(self, place: Channel, lead: Member) -> None:
        promise(lead, goals={SOLVED: Goal(HOUR_S)})
        hear_at(0, place, post("1"))
        hear_at(20, place, answer("2", "1", at=20))
        case = conversation(place.workspace)
        assert shown(case) == ("resolution", "paused", None)
        hear_at(100, place, post("3", to="2", at=100))
        assert shown(case) == ("resolution", "running", at(140))

    def test_where_nothing_is_promised_nothing_more_is_asked(self, place: Channel) -> None:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            hear_at(0, place, post("1"))
        words = " ".join(query["sql"] for query in asked.captured_queries)
        assert "care_openpromise" not in words
        assert "care_breach" not in words


class TestWhichPolicy:
    def test_the_first_that_fits_counts(self, place: Channel, lead: Member) -> None:
        urgent = promise(
            lead, "Urgent", goals={FIRST: Goal(10 * 60)}, priorities=["urgent", "high"]
        )
        everybody = promise(lead)
        hear_at(0, place, post("1"))
        case = conversation(place.workspace)
        assert OpenPromise.objects.get().policy_id == everybody.pk
        with time_machine.travel(at(1), tick=False):
            care.prioritise(case.pk, "urgent", by=lead)
        assert OpenPromise.objects.get().policy_id == urgent.pk
        assert shown(case)[2] == at(10)
        assert world.kinds_in(case)[-1] == "prioritised"

    def test_labels_and_channels_decide_too(self, place: Channel, lead: Member) -> None:
        vip = care.create_label("vip", by=lead)
        other = channel(place.workspace, "kite-two")
        promise(lead, "VIP", goals={FIRST: Goal(10 * 60)}, label_ids=[vip.pk])
        promise(lead, "Here", channel_ids=[other.pk])
        hear_at(0, place, post("1"))
        case = conversation(place.workspace)
        assert not OpenPromise.objects.exists()
        with time_machine.travel(at(1), tick=False):
            care.label(case.pk, "vip", by=lead)
            assert shown(case)[2] == at(10)
            care.unlabel(case.pk, "vip", by=lead)
            assert not OpenPromise.objects.exists()

    def test_policies_change_places(self, place: Channel, lead: Member) -> None:
        first, second = promise(lead, "First"), promise(lead, "Second")
        care.move_policy(second.pk, earlier=True, by=lead)
        assert [one.pk for one in pledges.policies(seen_by=lead)] == [second.pk, first.pk]
        care.move_policy(second.pk, earlier=True, by=lead)
        care.move_policy(second.pk, earlier=False, by=lead)
        assert [one.pk for one in pledges.policies(seen_by=lead)] == [first.pk, second.pk]

    def test_what_is_promised_no_longer_is_shown_no_longer(
        self, place: Channel, lead: Member
    ) -> None:
        made = promise(lead)
        hear_at(0, place, post("1"))
        care.delete_policy(made.pk, by=lead)
        with time_machine.travel(at(1), tick=False):
            drain(queues=["maintenance"])
        assert not OpenPromise.objects.exists()
        assert conversation(place.workspace).changes_at == at(30)


class TestTheInbox:
    def test_what_is_late_first_comes_first_be_it_a_level_or_a_promise(
        self, place: Channel, lead: Member
    ) -> None:
        early, late = (world.post(id_, by=id_, at=minute) for id_, minute in (("a", 0), ("b", 5)))
        hear_at(6, place, early, late)
        first, second = conversations(place.workspace)
        order = [one.pk for one in queries.inbox(queries.Filters(), seen_by=lead)]
        assert order == [first.pk, second.pk]
        vip = care.create_label("vip", by=lead)
        with time_machine.travel(at(7), tick=False):
            promise(lead, goals={FIRST: Goal(10 * 60)}, label_ids=[vip.pk])
            care.label(second.pk, "vip", by=lead)
        order = [one.pk for one in queries.inbox(queries.Filters(), seen_by=lead)]
        assert order == [second.pk, first.pk]

    def test_a_list_of_many_asks_no_more_than_a_list_of_one(
        self, place: Channel, lead: Member
    ) -> None:
        promise(lead)

        def asked() -> int:
            with CaptureQueriesContext(connection) as found:
                rows = queries.inbox(queries.Filters(), seen_by=lead)
                assert all(OpenPromise.of(one) for one in rows)
            return len(found)

        hear_at(0, place, post("1"))
        one = asked()
        hear_at(1, place, *(post(str(n), by=f"c{n}", at=1) for n in range(2, 9)))
        assert asked() == one

    def test_it_can_be_narrowed_by_priority(self, place: Channel, lead: Member) -> None:
        hear_at(0, place, post("1"), post("2", by="ben"))
        first, _ = conversations(place.workspace)
        care.prioritise(first.pk, "high", by=lead)
        found = queries.inbox(queries.Filters(status="all", priority="high"), seen_by=lead)
        assert [one.pk for one in found] == [first.pk]


class TestWarningsAndBreaches:
    def test_we_are_warned_once_before_it_is_broken(self, place: Channel, lead: Member) -> None:
        promise(lead)
        hear_at(0, place, post("1"))
        case = conversation(place.workspace)
        tick(45)
        assert events("PromisesSoonBroken") == []
        tick(46)
        tick(50)
        assert events("PromisesSoonBroken") == [(case.pk,)]
        assert shown(case)[1] == "soon"

    def test_a_breach_is_recorded_once_and_told(self, place: Channel, lead: Member) -> None:
        policy = promise(lead)
        hear_at(0, place, post("1"))
        case = conversation(place.workspace)
        tick(60)
        assert not Breach.objects.exists(), "at that very moment it can still be kept"
        tick(61)
        tick(62)
        (broken,) = Breach.objects.all()
        assert (broken.conversation_id, broken.policy_id, broken.policy_name) == (
            case.pk,
            policy.pk,
            "Everybody",
        )
        assert (broken.target, broken.cycle, broken.due_at) == ("first_response", 0, at(60))
        assert (broken.calendar_s, broken.business_s, broken.goal_s) == (3600, 3600, 3600)
        assert (broken.recorded_at, broken.began_at) == (at(61), at(0))
        assert events("PromisesBroken") == [(case.pk,)]
        assert shown(case)[1] == "broken"

    def test_later_edits_never_change_it(self, place: Channel, lead: Member) -> None:
        policy = promise(lead)
        hear_at(0, place, post("1"))
        tick(61)
        before = list(Breach.objects.values())
        with time_machine.travel(at(70), tick=False):
            easier = Terms(name="Easier", goals={FIRST: Goal(9 * HOUR_S)})
            care.save_policy(easier, by=lead, policy_id=policy.pk)
            care.prioritise(conversation(place.workspace).pk, "low", by=lead)
            drain(queues=["maintenance"])
        # Even news that there had been an answer in time: nobody here knew of it.
        hear_at(80, place, answer("2", "1", at=9))
        tick(600)
        assert list(Breach.objects.values()) == before
        care.delete_policy(policy.pk, by=lead)
        (kept,) = Breach.objects.all()
        assert (kept.policy_id, kept.policy_name) == (None, "Everybody")

    def test_an_earlier_message_that_turns_up_makes_no_second_breach(
        self, place: Channel, lead: Member
    ) -> None:
        promise(lead)
        hear_at(10, place, post("2", to="1", at=10))
        tick(75)
        assert Breach.objects.count() == 1
        hear_at(80, place, post("1", at=0))
        tick(90)
        assert len(conversations(place.workspace)) == 1
        assert Breach.objects.count() == 1

    def test_every_wait_is_broken_for_itself(self, place: Channel, lead: Member) -> None:
        promise(lead, goals={FIRST: Goal(HOUR_S), NEXT: Goal(HOUR_S)})
        hear_at(0, place, post("1"))
        hear_at(90, place, answer("2", "1", at=90))
        hear_at(100, place, post("3", to="2", at=100))
        tick(161)
        hear_at(170, place, answer("4", "3", at=170))
        hear_at(180, place, post("5", to="4", at=180))
        tick(241)
        found = Breach.objects.order_by("pk").values_list("target", flat=True)
        assert list(found) == ["first_response", "next_response", "next_response"]
        assert len(set(Breach.objects.values_list("cycle", flat=True))) == 3

    def test_what_was_broken_long_ago_is_recorded_without_alarm(
        self, place: Channel, lead: Member
    ) -> None:
        promise(lead)
        hear_at(5000, place, post("1"))
        hear_at(5001, place, post("x", by="ben", at=3), answer("2", "1", at=700))
        tick(5002.5)
        assert not Breach.objects.exists(), "one more post may tell that it was not"
        tick(5004)
        assert sorted(Breach.objects.values_list("due_at", flat=True)) == [at(60), at(63)]
        assert events("PromisesBroken") == []

    def test_an_answer_that_is_heard_soon_after_its_question_came_in_time(
        self, place: Channel, lead: Member
    ) -> None:
        promise(lead)
        hear_at(5000, place, post("1"))
        hear_at(5001, place, answer("2", "1", at=50))
        tick(5004)
        assert not Breach.objects.exists()
        assert conversation(place.workspace).changes_at is None

    def test_a_new_policy_looks_back_as_well(self, place: Channel, lead: Member) -> None:
        hear_at(0, place, post("1"), answer("2", "1", at=700))
        with time_machine.travel(at(5000), tick=False):
            promise(lead)
        assert Breach.objects.get().recorded_at == at(5000)

    def test_breaches_follow_a_conversation_into_the_one_it_joins(
        self, place: Channel, lead: Member
    ) -> None:
        promise(lead)
        hear_at(0, place, post("1"), post("3", to="2", at=1))
        assert len(conversations(place.workspace)) == 2
        tick(62)
        assert Breach.objects.count() == 2
        hear_at(70, place, post("2", to="1", at=0.5))
        case = conversation(place.workspace)
        assert sorted(Breach.objects.values_list("conversation_id", flat=True))[0] == case.pk
        assert list(OpenPromise.objects.values_list("pk", flat=True)) == [case.pk]
        tick(80)
        assert Breach.objects.count() == 2

    def test_the_last_noticed_are_listed_first(self, place: Channel, lead: Member) -> None:
        promise(lead)
        hear_at(0, place, post("1"), post("2", by="ben", at=5))
        tick(70)
        found = list(pledges.breaches(seen_by=lead))
        assert [one.pk for one in found] == sorted([one.pk for one in found], reverse=True)
        assert list(pledges.breaches(seen_by=lead, before=found[0].pk)) == found[1:]


class TestRefusals:
    def test_leads_promise_and_agents_do_not(self, place: Channel, lead: Member) -> None:
        agent = world.member(place.workspace)
        with pytest.raises(NotAllowed):
            promise(agent)
        with pytest.raises(NotAllowed):
            hours(agent)
        partner = world.member(place.workspace, Role.PARTNER)
        with pytest.raises(NotAllowed):
            list(pledges.policies(seen_by=partner))

    @pytest.mark.parametrize(
        ("terms", "field"),
        [
            ({"name": " "}, "name"),
            ({"goals": {}}, "first_response_s"),
            ({"goals": {NEXT: Goal(59)}}, "next_response_s"),
            ({"goals": {SOLVED: Goal(367 * 86_400)}}, "resolution_s"),
            ({"goals": {FIRST: Goal(60, business=True)}}, "calendar"),
            ({"warn_percent": 0}, "warn_percent"),
            ({"priorities": ["dire"]}, "priorities"),
            ({"channel_ids": [999_999]}, "channels"),
            ({"label_ids": [999_999]}, "labels"),
        ],
    )
    def test_what_cannot_be_promised_is_said_beside_its_field(
        self, lead: Member, terms: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            promise(lead, **terms)
        assert field in refused.value.fields

    def test_names_are_taken_once(self, lead: Member) -> None:
        promise(lead)
        with pytest.raises(Invalid):
            promise(lead, "EVERYBODY")
        desk = hours(lead)
        with pytest.raises(Invalid):
            hours(lead, name="desk")
        assert hours(lead, calendar_id=desk.pk).pk == desk.pk

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"name": ""}, "name"),
            ({"zone": "Mars/Olympus"}, "zone"),
            ({"weekly": {}}, "weekly"),
            ({"weekly": {"8": [("09:00", "17:00")]}}, "weekly"),
            ({"weekly": {"0": [("9 o'clock", "17:00")]}}, "day_0"),
            ({"weekly": {"2": [("09:00", "09:00")]}}, "day_2"),
            ({"weekly": {"2": [("09:00", "10:00")] * 9}}, "day_2"),
            ({"country": "XX"}, "country"),
            ({"country": "DE", "subdivision": "CA"}, "subdivision"),
            ({"days": {"next week": "Moving"}}, "days"),
        ],
    )
    def test_hours_that_make_no_sense_are_refused(
        self, lead: Member, values: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            hours(lead, **values)
        assert field in refused.value.fields

    def test_a_calendar_that_is_needed_stays(self, lead: Member) -> None:
        desk = hours(lead)
        made = promise(lead, goals={FIRST: Goal(HOUR_S, business=True)}, calendar_id=desk.pk)
        with pytest.raises(Invalid, match="Everybody"):
            care.delete_calendar(desk.pk, by=lead)
        care.delete_policy(made.pk, by=lead)
        care.delete_calendar(desk.pk, by=lead)
        assert not Calendar.objects.exists()

    def test_another_brand_has_its_own(self, lead: Member) -> None:
        desk, made = hours(lead), promise(lead)
        stranger = world.member(world.workspace("Pine Hotel"), Role.OWNER)
        with pytest.raises(NotFound):
            pledges.calendar(desk.pk, seen_by=stranger)
        with pytest.raises(NotFound):
            care.delete_policy(made.pk, by=stranger)
        with pytest.raises(Invalid, match="no such calendar"):
            promise(stranger, calendar_id=desk.pk)

    def test_a_priority_that_does_not_exist_is_refused(self, place: Channel, lead: Member) -> None:
        hear_at(0, place, post("1"))
        case = conversation(place.workspace)
        with pytest.raises(Invalid, match="low, normal, high, urgent"):
            care.prioritise(case.pk, "dire", by=lead)
        care.prioritise(case.pk, "normal", by=lead)
        assert world.kinds_in(case) == ["message_in"], "the same again is no change"
