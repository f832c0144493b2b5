"""What a conversation shows because of its timeline, by whichever way it is worked out."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from cornbread.care.domain.outcome import outcome, outcome_of
from cornbread.care.domain.rungs import Thresholds, read
from tests.care.timelines import START, at, said

QUICK, SLOW = timedelta(minutes=30), timedelta(hours=24)
#: Around both thresholds, to the microsecond, and anywhere else.
WAITS = st.sampled_from(
    [timedelta(0), QUICK, SLOW, -SLOW, *(one + timedelta(microseconds=1) for one in (QUICK, SLOW))]
) | st.timedeltas(min_value=timedelta(days=-3), max_value=timedelta(days=400))


@given(wait=WAITS, direct=st.booleans(), minutes=st.floats(-1e5, 1e5))
def test_a_conversation_that_only_begins_shows_what_any_timeline_would(
    wait: timedelta, direct: bool, minutes: float
) -> None:
    message = said(minutes, direct=direct)
    now, thresholds = message.at + wait, Thresholds(QUICK, SLOW)
    short = outcome([message], thresholds, now, begun_at=at(0))
    assert short == outcome_of(read([message]), thresholds, now, begun_at=at(0))


def test_nothing_said_yet_waits_for_nobody() -> None:
    empty = outcome([], Thresholds(), START + SLOW, begun_at=START)
    assert (empty.level, empty.due_at, empty.last_at) == (None, None, START)
