"""What time alone changes: snoozed conversations come back, and levels that were possible drop."""

from datetime import datetime, timedelta

import pytest
import time_machine

from cornbread.care import actions as care
from cornbread.care.models import Conversation
from cornbread.care.tasks import keep_clocks
from cornbread.foundation.errors import Invalid
from cornbread.foundation.models import EventRecord
from cornbread.team.models import Workspace
from tests import world
from tests.world import THEN, answer, channel, conversation, hear, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretend")]


@pytest.fixture
def case() -> Conversation:
    with time_machine.travel(THEN, tick=False):
        hear(channel(world.workspace()), post("1"))
    return conversation(Workspace.objects.get())


def at(minutes: float) -> datetime:
    return THEN + timedelta(minutes=minutes)


def clocks_at(case: Conversation, minutes: float) -> Conversation:
    with time_machine.travel(at(minutes), tick=False):
        keep_clocks.call()
    case.refresh_from_db()
    return case


def test_the_clock_counts_down_to_the_next_drop_of_the_level(case: Conversation) -> None:
    assert (case.level, case.due_at, case.waiting_since) == (0, at(30), THEN)
    assert clocks_at(case, 30).due_at == at(30), "at that very moment it is still quick"
    assert clocks_at(case, 30.1).due_at == at(24 * 60)
    assert clocks_at(case, 24 * 60 + 1).due_at is None
    assert case.waiting_since == THEN
    assert case.changes_at is None


def test_a_missed_conversation_goes_behind_those_that_can_still_be_quick(
    case: Conversation,
) -> None:
    before = case.position
    assert clocks_at(case, 24 * 60 + 1).position > before


def test_time_changes_nothing_once_there_is_an_answer(case: Conversation) -> None:
    hear(case.channel, answer("2", "1", at=5))
    seen = EventRecord.objects.count()
    assert clocks_at(case, 24 * 60 * 9).level == 3
    assert case.due_at is None
    assert EventRecord.objects.count() == seen


def test_a_snoozed_conversation_comes_back_by_itself_and_says_so(case: Conversation) -> None:
    by = world.member(case.workspace)
    with time_machine.travel(at(1), tick=False):
        care.snooze(case.pk, until=at(60), by=by)
    assert clocks_at(case, 59).status == "snoozed"
    seen = EventRecord.objects.count()
    assert clocks_at(case, 60.1).status == "open"
    assert case.snoozed_until is None
    assert EventRecord.objects.count() == seen + 1
    assert EventRecord.objects.latest("id").live


def test_the_customer_wakes_a_snoozed_conversation(case: Conversation) -> None:
    by = world.member(case.workspace)
    with time_machine.travel(at(1), tick=False):
        care.snooze(case.pk, until=at(60), by=by)
    with time_machine.travel(at(9), tick=False):
        hear(case.channel, post("2", to="1", at=9))
    case.refresh_from_db()
    assert case.status == "open"


def test_nobody_snoozes_into_the_past(case: Conversation) -> None:
    by = world.member(case.workspace)
    with time_machine.travel(at(9), tick=False), pytest.raises(Invalid):
        care.snooze(case.pk, until=at(9), by=by)


def test_many_clocks_are_kept_in_handfuls(
    case: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cornbread.care.tasks.CHUNK", 3)
    with time_machine.travel(THEN, tick=False):
        hear(case.channel, *[post(f"m{n}", by=f"c{n}") for n in range(10)])
    clocks_at(case, 31)
    due = {one.due_at for one in world.conversations(case.workspace)}
    assert due == {at(24 * 60)}
