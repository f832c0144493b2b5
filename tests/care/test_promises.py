"""Promises: what began them, what kept them, what paused them, and which comes first."""

from datetime import datetime, time, timedelta

import pytest

from cornbread.care.domain.business_time import Calendar
from cornbread.care.domain.clock import Clock, ClockState
from cornbread.care.domain.policies import (
    Conditions,
    Facts,
    Policy,
    most_urgent,
    policy_for,
    with_promises,
)
from cornbread.care.domain.promises import Goal, Pledge, Promise, State, Target, promises
from cornbread.care.domain.timeline import Entry, Status
from tests.care.timelines import answered, at, became, said, snoozed

FIRST, NEXT, SOLVED = Target.FIRST_RESPONSE, Target.NEXT_RESPONSE, Target.RESOLUTION
MINUTE_S = 60
#: An hour for each answer, a day for the whole, by the customer's clock.
PLEDGE = Pledge(
    {FIRST: Goal(60 * MINUTE_S), NEXT: Goal(60 * MINUTE_S), SOLVED: Goal(24 * 60 * MINUTE_S)}
)
#: Timelines of tests begin on a Saturday at 22:10; this opens on Monday at 9:00, 34 h 50 min later.
WEEKDAYS = Calendar("UTC", {day: [(time(9), time(17))] for day in range(5)})
MONDAY = 34 * 60 + 50


def of(target: Target, *entries: Entry, now: float, pledge: Pledge = PLEDGE) -> list[Promise]:
    return [one for one in promises(entries, pledge, at(now)) if one.target is target]


def only(target: Target, *entries: Entry, now: float, pledge: Pledge = PLEDGE) -> Promise:
    (found,) = of(target, *entries, now=now, pledge=pledge)
    return found


class TestAnswers:
    def test_the_first_answer_is_promised_from_the_first_message_on(self) -> None:
        one = only(FIRST, said(), now=10)
        assert (one.state, one.due_at, one.warns_at) == (State.RUNNING, at(60), at(45))
        assert (one.cycle, one.ended_at) == (0, None)

    def test_what_ends_at_the_very_moment_it_is_due_is_in_time(self) -> None:
        assert only(FIRST, said(), answered(60), now=99).state is State.KEPT
        assert only(FIRST, said(), answered(60.01), now=99).state is State.BROKEN
        assert only(FIRST, said(), now=60).state is State.SOON
        assert only(FIRST, said(), now=60.01).state is State.BROKEN

    def test_we_are_warned_before_it_is_broken(self) -> None:
        assert only(FIRST, said(), now=45).state is State.RUNNING
        assert only(FIRST, said(), now=46).state is State.SOON

    def test_an_automatic_reply_keeps_nothing(self) -> None:
        assert only(FIRST, said(), answered(1, human=False), now=61).state is State.BROKEN

    def test_each_later_wait_is_a_promise_of_its_own(self) -> None:
        again, more = said(100), said(120)
        found = of(NEXT, said(), answered(5), again, more, answered(190), said(200), now=210)
        assert [(one.entry_id, one.state, one.due_at) for one in found] == [
            (again.id, State.BROKEN, at(160)),
            (found[1].entry_id, State.RUNNING, at(260)),
        ]
        assert found[0].cycle == again.id

    def test_what_we_said_before_the_customer_did_keeps_nothing(self) -> None:
        assert only(FIRST, answered(-5), said(), now=1).state is State.RUNNING

    def test_what_we_said_at_the_very_moment_of_the_first_message_answers_it(self) -> None:
        for timeline in ((said(), answered(0)), (answered(0), said())):
            one = only(FIRST, *timeline, now=5)
            assert (one.state, one.calendar_s) == (State.KEPT, 0)
            assert of(NEXT, *timeline, now=5) == []

    def test_resolving_ends_the_wait_without_keeping_it(self) -> None:
        assert only(FIRST, said(), became(Status.RESOLVED, 30), now=99).state is State.WAIVED
        assert only(FIRST, said(), became(Status.RESOLVED, 61), now=99).state is State.BROKEN

    def test_who_was_never_answered_waits_for_the_first_answer_still(self) -> None:
        back = said(100)
        found = of(FIRST, said(), became(Status.RESOLVED, 30), back, now=110)
        assert [(one.cycle, one.state) for one in found] == [
            (0, State.WAIVED),
            (back.id, State.RUNNING),
        ]

    def test_nothing_is_promised_before_the_customer_says_anything(self) -> None:
        assert promises([answered(0)], PLEDGE, at(9)) == ()
        assert promises([said()], Pledge({}), at(9)) == ()

    def test_the_order_in_which_entries_arrive_does_not_matter(self) -> None:
        timeline = [said(), answered(70), said(90), became(Status.RESOLVED, 95)]
        told = promises(timeline, PLEDGE, at(500))
        assert promises(timeline[::-1], PLEDGE, at(500)) == told


class TestResolution:
    def test_it_ends_with_resolving(self) -> None:
        one = only(SOLVED, said(), became(Status.RESOLVED, 30), now=99)
        assert (one.state, one.ended_at, one.calendar_s) == (State.KEPT, at(30), 30 * MINUTE_S)

    def test_what_opens_it_again_begins_another(self) -> None:
        back = said(50)
        found = of(SOLVED, said(), became(Status.RESOLVED, 30), back, now=60)
        assert [(one.cycle, one.state) for one in found] == [
            (0, State.KEPT),
            (back.id, State.RUNNING),
        ]
        assert found[1].due_at == at(50 + 24 * 60)

    def test_it_begins_with_the_customer_and_not_with_us(self) -> None:
        assert only(SOLVED, answered(-100), said(), now=5).began_at == at(0)


class TestPauses:
    def test_time_in_which_we_wait_for_the_customer_does_not_count(self) -> None:
        # Our answer makes it pending; the customer's next message goes on with it.
        timeline = [said(), answered(10), said(110)]
        one = only(SOLVED, *timeline, now=120)
        assert one.due_at == at(24 * 60 + 100)
        assert one.calendar_s == 20 * MINUTE_S

    def test_a_paused_promise_is_not_due(self) -> None:
        one = only(SOLVED, said(), answered(10), now=5000)
        assert (one.state, one.due_at, one.calendar_s) == (State.PAUSED, None, 10 * MINUTE_S)

    def test_what_was_broken_before_the_pause_stays_broken(self) -> None:
        one = only(FIRST, said(), became(Status.PENDING, 61), now=99)
        assert (one.state, one.due_at) == (State.BROKEN, at(60))

    def test_waiting_by_hand_pauses_the_first_answer_too(self) -> None:
        timeline = [said(), became(Status.PENDING, 20), became(Status.OPEN, 50)]
        assert only(FIRST, *timeline, now=55).due_at == at(90)
        assert only(FIRST, *timeline[:2], now=55).state is State.PAUSED

    def test_a_snooze_is_our_own_pause_and_none_of_the_promise(self) -> None:
        assert only(FIRST, said(), snoozed(5, until=500), now=61).state is State.BROKEN

    def test_what_ends_in_a_pause_was_in_time(self) -> None:
        one = only(FIRST, said(), became(Status.PENDING, 20), answered(500), now=600)
        assert (one.state, one.calendar_s) == (State.KEPT, 20 * MINUTE_S)


class TestBusinessHours:
    PLEDGE = Pledge({FIRST: Goal(60 * MINUTE_S, business=True)}, calendar=WEEKDAYS)

    def test_only_our_hours_count_where_that_is_promised(self) -> None:
        one = only(FIRST, said(), now=5, pledge=self.PLEDGE)
        assert (one.due_at, one.warns_at) == (at(MONDAY + 60), at(MONDAY + 45))

    def test_both_clocks_are_kept(self) -> None:
        one = only(FIRST, said(), answered(MONDAY + 30), now=9999, pledge=self.PLEDGE)
        assert one.state is State.KEPT
        assert one.calendar_s == (MONDAY + 30) * MINUTE_S
        assert one.business_s == 30 * MINUTE_S

    def test_both_are_kept_too_where_all_hours_count(self) -> None:
        pledge = Pledge({FIRST: Goal(60 * MINUTE_S)}, calendar=WEEKDAYS)
        one = only(FIRST, said(), answered(MONDAY + 30), now=9999, pledge=pledge)
        assert (one.state, one.business_s) == (State.BROKEN, 30 * MINUTE_S)
        assert one.broken_after == (60 * MINUTE_S, 0), "it was broken on Saturday night"

    def test_both_are_told_of_the_moment_at_which_it_was_broken(self) -> None:
        timeline = [said(), became(Status.PENDING, MONDAY - 9), became(Status.OPEN, MONDAY + 5)]
        one = only(FIRST, *timeline, answered(9999), now=9999, pledge=self.PLEDGE)
        assert one.due_at == at(MONDAY + 65)
        assert one.broken_after == ((MONDAY - 9 + 60) * MINUTE_S, 60 * MINUTE_S)

    def test_pauses_and_closed_hours_go_together(self) -> None:
        timeline = [
            said(),
            became(Status.PENDING, MONDAY + 20),
            became(Status.OPEN, MONDAY + 8 * 60 + 30),  # half an hour after closing
        ]
        one = only(FIRST, *timeline, now=MONDAY + 9 * 60, pledge=self.PLEDGE)
        assert one.due_at == at(MONDAY + 24 * 60 + 40)
        assert one.business_s == 20 * MINUTE_S


class TestPolicies:
    def test_the_first_that_fits_is_taken(self) -> None:
        urgent = Policy(1, "Urgent", Conditions(priorities=frozenset({"urgent"})), PLEDGE)
        here = Policy(
            2, "Here", Conditions(channels=frozenset({7}), labels=frozenset({3, 4})), PLEDGE
        )
        policies = [urgent, here]
        assert policy_for(Facts(7, "urgent"), policies) is urgent
        assert policy_for(Facts(7, labels=frozenset({4, 9})), policies) is here
        assert policy_for(Facts(7), policies) is None
        assert policy_for(Facts(8, labels=frozenset({4})), policies) is None


GRACE = timedelta(hours=24)


def queue(clock: Clock, *entries: Entry, now: float) -> tuple[datetime | None, bool, object]:
    made = promises(entries, Pledge({FIRST: PLEDGE.goals[FIRST]}), at(now))
    shown = with_promises(clock, made, at(now), GRACE)
    return shown.late_at, shown.missed, shown.changes_at


class TestTheQueue:
    level = Clock(ClockState.ANSWER_BY, late_at=at(30), changes_at=at(30))
    calm = Clock(ClockState.NONE)

    def test_what_is_late_first_decides(self) -> None:
        assert queue(self.level, said(), now=5) == (at(30), False, at(30))
        later = Clock(ClockState.ANSWER_BY, late_at=at(1440), changes_at=at(1440))
        assert queue(later, said(), now=31) == (at(60), False, at(45))

    @pytest.mark.parametrize(("now", "changes"), [(45, 45), (45.1, 60), (60, 60), (61, 1500)])
    def test_it_is_read_anew_as_it_becomes_soon_broken_and_missed(
        self, now: float, changes: float
    ) -> None:
        assert queue(self.calm, said(), now=now) == (at(60), False, at(changes))

    def test_a_broken_promise_stays_on_top_for_a_while_and_is_missed_then(self) -> None:
        assert queue(self.calm, said(), now=1500) == (at(60), False, at(1500))
        assert queue(self.calm, said(), now=1501) == (at(60), True, None)

    def test_a_missed_level_does_not_hide_a_promise_that_can_be_kept(self) -> None:
        missed = Clock(ClockState.WAITING, late_at=at(-5000), missed=True)
        assert queue(missed, said(), now=5) == (at(60), False, at(45))
        assert queue(missed, said(), now=1501) == (at(-5000), True, None)

    def test_where_nothing_was_promised_the_level_decides(self) -> None:
        assert queue(self.level, said(), answered(5), now=9) == (at(30), False, at(30))

    def test_the_most_urgent_of_several_is_shown(self) -> None:
        made = promises([said()], PLEDGE, at(5))
        shown = most_urgent(made)
        assert shown is not None
        assert shown.target is FIRST
        assert most_urgent(promises([said(), became(Status.RESOLVED, 1)], PLEDGE, at(5))) is None
        paused = most_urgent(promises([said(), answered(1)], PLEDGE, at(5)))
        assert paused is not None
        assert paused.state is State.PAUSED
