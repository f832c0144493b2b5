"""The clock of a conversation and the order of the inbox."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cornbread.care.domain.clock import Clock, ClockState, Drop, clock, next_drop
from cornbread.care.domain.levels import Thresholds, level
from cornbread.care.domain.timeline import Entry, Status, StatusChanged

from .timelines import answered, at, became, said

USUAL = Thresholds()
DAY = 24 * 60


def shown(*entries: Entry, now: float) -> Clock:
    return clock(entries, USUAL, at(now))


def test_an_unanswered_message_counts_down_from_3_to_2_to_1() -> None:
    timeline = [said()]
    assert next_drop(timeline, USUAL, at(0)) == Drop(at(30), 3, 2)
    assert next_drop(timeline, USUAL, at(30)) == Drop(at(30), 3, 2)
    assert next_drop(timeline, USUAL, at(30.01)) == Drop(at(DAY), 2, 1)
    assert next_drop(timeline, USUAL, at(DAY)) == Drop(at(DAY), 2, 1)
    assert next_drop(timeline, USUAL, at(DAY + 0.01)) is None


def test_nothing_drops_once_answered_or_before_the_customer_has_written() -> None:
    assert next_drop([said(), answered(5)], USUAL, at(6)) is None
    assert next_drop([answered(5)], USUAL, at(6)) is None


def test_an_automatic_reply_does_not_stop_the_clock() -> None:
    assert next_drop([said(), answered(1, human=False)], USUAL, at(2)) == Drop(at(30), 3, 2)


def test_the_countdown_shows_when_to_answer_by() -> None:
    face = shown(said(), said(5), now=10)
    assert face.state is ClockState.ANSWER_BY
    assert (face.waiting_since, face.due_at, face.changes_at) == (at(0), at(30), at(30))
    assert face.late_at == at(30)


def test_a_message_after_our_answer_waits_without_a_drop() -> None:
    face = shown(said(), answered(5), said(20), said(25), now=40)
    assert face.state is ClockState.WAITING
    assert (face.waiting_since, face.due_at, face.drop) == (at(20), None, None)
    assert (face.late_at, face.missed, face.changes_at) == (at(50), False, at(20 + DAY))


def test_nothing_is_shown_when_nobody_waits() -> None:
    assert shown(now=0) == Clock(ClockState.NONE)
    assert shown(said(), answered(5), now=9).state is ClockState.NONE
    assert shown(said(5), answered(5), now=9).state is ClockState.NONE


def test_an_answer_recorded_first_still_answers_a_message_of_the_same_moment() -> None:
    answer, message = answered(5), said(5)
    assert answer.id < message.id
    assert shown(message, answer, now=9).state is ClockState.NONE


def test_resolving_ends_the_wait_until_the_customer_writes_again() -> None:
    done = [said(), answered(5), said(20), became(Status.RESOLVED, 21)]
    assert shown(*done, now=30).state is ClockState.NONE
    assert shown(*done, said(50), now=60).waiting_since == at(50)
    assert shown(*done, said(21), now=60).waiting_since == at(21)


def test_reopening_does_not_hide_who_waits() -> None:
    timeline = [said(), answered(5), said(20), became(Status.OPEN, 21)]
    assert shown(*timeline, now=30).waiting_since == at(20)


def test_a_message_after_an_unanswered_resolve_is_not_missed_at_once() -> None:
    timeline = [said(), became(Status.RESOLVED, 10), said(3 * DAY)]
    face = shown(*timeline, now=3 * DAY + 1)
    assert (face.state, face.missed) == (ClockState.WAITING, False)


def test_a_day_later_it_is_missed() -> None:
    face = shown(said(), now=DAY + 1)
    assert (face.state, face.missed, face.changes_at) == (ClockState.WAITING, True, None)


def test_the_queue_begins_with_what_is_late_first_and_ends_with_what_needs_nothing() -> None:
    now = DAY + 40
    in_hours = shown(said(100), now=now)
    in_minutes = shown(said(DAY + 20), now=now)
    late = shown(said(DAY - 30), answered(DAY - 29), said(DAY - 20), now=now)
    missed, missed_longer = shown(said(10), now=now), shown(said(0), now=now)
    done, done_lately = shown(said(), answered(1), now=now), shown(said(), answered(2), now=now)
    queue = [
        (done, at(1)),
        (missed, at(10)),
        (in_hours, at(100)),
        (late, at(DAY - 20)),
        (missed_longer, at(0)),
        (done_lately, at(2)),
        (in_minutes, at(DAY + 20)),
    ]
    ordered = sorted(queue, key=lambda waiting: waiting[0].position(last_at=waiting[1]))
    expected = [late, in_minutes, in_hours, missed_longer, missed, done_lately, done]
    assert [face for face, _ in ordered] == expected
    assert [moment for face, moment in ordered if face == done] == [at(2), at(1)]


@given(st.datetimes(min_value=datetime(1970, 1, 1)), st.datetimes(min_value=datetime(1970, 1, 1)))
def test_places_in_the_queue_fit_a_database_integer_and_never_mix(
    one: datetime, other: datetime
) -> None:
    one, other = one.replace(tzinfo=UTC), other.replace(tzinfo=UTC)
    soon = Clock(ClockState.WAITING, late_at=one)
    missed = Clock(ClockState.WAITING, late_at=other, missed=True)
    nothing = Clock(ClockState.NONE)
    places = [soon.position(other), missed.position(one), nothing.position(one)]
    assert places == sorted(set(places))
    assert places[0] >= 0
    assert places[2] < 2**63


minutes = st.integers(0, 3 * DAY)


@given(minutes, minutes)
def test_an_answer_now_earns_what_the_clock_says(asked: int, now: int) -> None:
    message = said(asked)
    drop = next_drop([message], USUAL, at(asked + now))
    earned = level([message, answered(asked + now)], USUAL).level
    assert earned == (drop.from_level if drop else 1)
    if drop:
        too_late = answered((drop.at - at(0)) / timedelta(minutes=1) + 0.01)
        assert level([message, too_late], USUAL).level == drop.to_level


timelines = st.lists(
    st.one_of(
        st.builds(said, minutes),
        st.builds(answered, minutes, human=st.booleans()),
        st.builds(became, st.sampled_from(Status), minutes),
    ),
    max_size=8,
)


@given(timelines, minutes, st.data())
def test_the_clock_reads_the_same_until_it_says_that_it_changes(
    timeline: list[Entry], now: int, data: st.DataObject
) -> None:
    face = clock(timeline, USUAL, at(now))
    assert face == clock(data.draw(st.permutations(timeline)), USUAL, at(now))
    later = at(now + data.draw(st.integers(0, 2 * DAY)))
    changed = face.changes_at is not None and later > face.changes_at
    assert changed == (clock(timeline, USUAL, later) != face)


@given(timelines, minutes)
def test_somebody_waits_when_a_message_came_after_all_answers_and_resolves(
    timeline: list[Entry], now: int
) -> None:
    resolved = StatusChanged(Status.RESOLVED)
    ends = [one.at for one in timeline if one.answers or one.details == resolved]
    asked = [one.at for one in timeline if one.inbound]
    waiting = [moment for moment in asked if all(moment > end for end in ends)]
    tied = set(ends) & set(asked)
    if not tied:
        assert clock(timeline, USUAL, at(now)).waiting_since == min(waiting, default=None)
