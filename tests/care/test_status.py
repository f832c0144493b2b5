"""Open, pending, snoozed, resolved: who may change what, and what changes by itself."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cornbread.care.domain.status import (
    OPEN,
    Command,
    Standing,
    after_command,
    customer_wrote,
    standing_of,
    wake,
    we_replied,
)
from cornbread.care.domain.timeline import Entry, EntryKind, Snoozed, Status, StatusChanged
from cornbread.foundation.errors import Invalid, Refusal

from .timelines import answered, at, became, entry, said, snoozed

S, C = Status, Command

COMMANDS = [
    (S.OPEN, C.RESOLVE, S.RESOLVED),
    (S.OPEN, C.REOPEN, "already_open"),
    (S.OPEN, C.SNOOZE, S.SNOOZED),
    (S.OPEN, C.PEND, S.PENDING),
    (S.PENDING, C.RESOLVE, S.RESOLVED),
    (S.PENDING, C.REOPEN, S.OPEN),
    (S.PENDING, C.SNOOZE, S.SNOOZED),
    (S.PENDING, C.PEND, "already_pending"),
    (S.SNOOZED, C.RESOLVE, S.RESOLVED),
    (S.SNOOZED, C.REOPEN, S.OPEN),
    (S.SNOOZED, C.SNOOZE, S.SNOOZED),
    (S.SNOOZED, C.PEND, S.PENDING),
    (S.RESOLVED, C.RESOLVE, "already_resolved"),
    (S.RESOLVED, C.REOPEN, S.OPEN),
    (S.RESOLVED, C.SNOOZE, "resolved"),
    (S.RESOLVED, C.PEND, "resolved"),
]


REFUSED = {(status, command) for status, command, code in COMMANDS if not isinstance(code, Status)}


@pytest.mark.parametrize(("status", "command", "expected"), COMMANDS)
def test_each_command_leads_somewhere_or_is_refused_kindly(
    status: Status, command: Command, expected: Status | str
) -> None:
    if isinstance(expected, Status):
        assert after_command(status, command, now=at(0), until=at(5)) is expected
        return
    with pytest.raises(Refusal) as refusal:
        after_command(status, command, now=at(0), until=at(5))
    assert refusal.value.reason == expected
    assert refusal.value.message.startswith("This conversation")


@pytest.mark.parametrize("until", [None, at(-1), at(0)])
def test_a_conversation_is_snoozed_into_the_future_only(until: datetime | None) -> None:
    with pytest.raises(Invalid) as refusal:
        after_command(S.OPEN, C.SNOOZE, now=at(0), until=until)
    assert set(refusal.value.fields) == {"until"}


def test_a_customer_message_reopens_anything() -> None:
    for status in Status:
        assert customer_wrote(Standing(status)) == OPEN


def test_our_reply_makes_an_open_conversation_wait_for_the_customer() -> None:
    assert we_replied(OPEN) == Standing(S.PENDING)
    assert we_replied(OPEN, human=False) == OPEN
    for status in (S.PENDING, S.SNOOZED, S.RESOLVED):
        assert we_replied(Standing(status)) == Standing(status)


def test_a_snoozed_conversation_opens_when_its_time_has_come() -> None:
    asleep = Standing(S.SNOOZED, at(10))
    assert wake(asleep, now=at(9.9)) == asleep
    assert wake(asleep, now=at(10)) == OPEN
    assert wake(Standing(S.RESOLVED), now=at(10)) == Standing(S.RESOLVED)


def test_a_timeline_says_where_its_conversation_stands() -> None:
    def stands(*entries: Entry, now: float = 1000) -> Standing:
        return standing_of(entries, now=at(now))

    assert stands() == OPEN
    assert stands(said(), answered(5)) == Standing(S.PENDING)
    assert stands(said(), answered(5), said(6)) == OPEN
    assert stands(said(), became(S.RESOLVED, 5)) == Standing(S.RESOLVED)
    assert stands(said(), snoozed(5, until=2000)) == Standing(S.SNOOZED, at(2000))
    assert stands(said(), snoozed(5, until=900)) == OPEN
    assert stands(said(), snoozed(5, until=10), answered(20)) == Standing(S.PENDING)
    assert stands(said(), became(S.SNOOZED, 5), entry(EntryKind.NOTE, 6)) == OPEN


def test_an_old_message_heard_late_does_not_reopen_what_was_resolved_after_it() -> None:
    resolved, late = became(S.RESOLVED, 60), said(30)
    assert standing_of([said(), resolved, late], now=at(90)) == Standing(S.RESOLVED)


moments = st.integers(0, 100)
timelines = st.lists(
    st.one_of(
        st.builds(said, moments),
        st.builds(answered, moments, human=st.booleans()),
        st.builds(became, st.sampled_from([S.OPEN, S.PENDING, S.RESOLVED]), moments),
        st.builds(snoozed, moments, until=moments),
    ),
    max_size=8,
)


@given(timelines, st.data())
def test_the_order_in_which_entries_are_given_is_of_no_importance(
    timeline: list[Entry], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(timeline))
    assert standing_of(timeline, now=at(50)) == standing_of(shuffled, now=at(50))


class ConversationLife(RuleBasedStateMachine):
    """People and events in any order; the timeline always tells the same story."""

    def __init__(self) -> None:
        super().__init__()
        self.now = at(0)
        self.standing = OPEN
        self.timeline: list[Entry] = []

    def _note(self, kind: EntryKind, details: StatusChanged | Snoozed | None = None) -> None:
        self.timeline.append(Entry(id=len(self.timeline), at=self.now, kind=kind, details=details))

    @rule(minutes=st.integers(1, 60))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.standing = wake(self.standing, now=self.now)

    @rule()
    def customer_writes(self) -> None:
        self.standing = customer_wrote(self.standing)
        self._note(EntryKind.MESSAGE_IN)
        assert self.standing == OPEN

    @rule()
    def somebody_answers(self) -> None:
        self.standing = we_replied(self.standing)
        self._note(EntryKind.MESSAGE_OUT)
        assert self.standing.status is not S.OPEN

    @rule(command=st.sampled_from([C.RESOLVE, C.REOPEN, C.PEND]))
    def somebody_commands(self, command: Command) -> None:
        before = self.standing
        try:
            status = after_command(before.status, command, now=self.now)
        except Refusal:
            assert (before.status, command) in REFUSED
            return
        assert (before.status, command) not in REFUSED
        self.standing = Standing(status)
        self._note(EntryKind.STATUS_CHANGED, StatusChanged(status))

    @precondition(lambda self: self.standing.status is not S.RESOLVED)
    @rule(minutes=st.integers(1, 90))
    def somebody_snoozes(self, minutes: int) -> None:
        until = self.now + timedelta(minutes=minutes)
        status = after_command(self.standing.status, C.SNOOZE, now=self.now, until=until)
        self.standing = Standing(status, until)
        self._note(EntryKind.SNOOZED, Snoozed(until))

    @invariant()
    def only_the_snoozed_have_a_time_to_wake_and_it_lies_ahead(self) -> None:
        until = self.standing.snoozed_until
        assert (until is not None) == (self.standing.status is S.SNOOZED)
        assert until is None or until > self.now

    @invariant()
    def the_timeline_tells_the_same_story(self) -> None:
        assert standing_of(reversed(self.timeline), now=self.now) == self.standing


TestConversationLife = ConversationLife.TestCase
