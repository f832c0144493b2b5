"""What follows a failure is decided by a pure function; owners are told dead from alive."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cornbread.foundation.jobs import owner
from cornbread.foundation.jobs.domain import (
    Again,
    Backoff,
    Dead,
    GiveUp,
    Retry,
    after_failure,
    period_of,
)

backoffs = st.builds(
    Backoff, base_s=st.floats(0.01, 3_600), cap_s=st.floats(1, 100_000, allow_nan=False)
)
attempts = st.integers(1, 100_000)
rolls = st.floats(0, 1)


@given(backoffs, attempts, rolls)
def test_a_wait_is_never_negative_nor_longer_than_the_cap(backoff, attempt, roll):
    assert 0 <= backoff.delay_s(attempt, roll) <= backoff.cap_s


@given(backoffs, attempts)
def test_the_longest_wait_never_shrinks_from_one_attempt_to_the_next(backoff, attempt):
    assert backoff.ceiling_s(attempt) <= backoff.ceiling_s(attempt + 1)


@given(backoffs, attempts, st.floats(0, 0.5))
def test_the_wait_is_spread_evenly_over_the_whole_span(backoff, attempt, roll):
    mirrored = backoff.delay_s(attempt, roll) + backoff.delay_s(attempt, 1 - roll)
    assert abs(mirrored - backoff.ceiling_s(attempt)) <= 1e-6 * backoff.cap_s


def test_the_first_waits_double():
    assert [Backoff(base_s=2, cap_s=15).ceiling_s(n) for n in (1, 2, 3, 4)] == [2, 4, 8, 15]


@given(backoffs, st.integers(1, 20), st.integers(1, 20), rolls, st.booleans())
def test_a_job_is_tried_no_more_often_than_it_may(backoff, tried, at_most, roll, by_itself):
    error = Retry(after_s=1) if by_itself else ValueError()
    step = after_failure(
        error, final=False, attempts=tried, max_attempts=at_most, backoff=backoff, roll=roll
    )
    assert isinstance(step, Dead) == (tried >= at_most)


def test_what_is_final_is_not_tried_again_and_waiting_on_request_is_free():
    rest = {"attempts": 8, "max_attempts": 8, "backoff": Backoff(), "roll": 0.5}
    assert after_failure(GiveUp("gone"), final=True, **rest) == Dead()
    waiting = after_failure(Retry(after_s=9, counted=False), final=False, **rest)
    assert waiting == Again(9, counted=False)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), st.integers(1, 86_400))
def test_every_moment_lies_in_one_period_and_the_next_period_follows_it(moment, seconds):
    moment = moment.replace(tzinfo=UTC)
    following = period_of(moment + timedelta(seconds=seconds), seconds)
    assert following - period_of(moment, seconds) == 1


def test_this_process_lives():
    assert not owner.is_dead(owner.this_process())


def test_a_process_that_ended_is_dead_even_before_its_parent_noticed():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    machine = owner.this_process().rpartition("/")[0]
    name = f"{machine}/{child.pid}:{owner._start_of(child.pid)}"
    assert not owner.is_dead(name)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert owner.is_dead(name)
    child.communicate()
    assert owner.is_dead(name)


def test_a_process_that_only_got_the_same_number_is_not_the_owner():
    name = owner.this_process()
    assert owner.is_dead(name.rpartition(":")[0] + ":12345")


def test_nothing_is_known_of_processes_on_other_machines():
    assert not owner.is_dead("elsewhere:boot/1:1")
    assert not owner.is_dead("")
