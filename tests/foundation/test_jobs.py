"""Jobs: asked for in a transaction, run at least once, tried again, given up, replayed."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from cornbread.foundation import tasks
from cornbread.foundation.clock import now
from cornbread.foundation.errors import NotAllowed, NotFound, Stale
from cornbread.foundation.jobs import (
    Backoff,
    GiveUp,
    dead_letters,
    drain,
    enqueue,
    every,
    job,
    replay,
    store,
)
from cornbread.foundation.jobs.periodic import Rounds
from cornbread.foundation.jobs.run import LeaseLost, run
from cornbread.foundation.jobs.wake import listen
from cornbread.foundation.models import EventRecord, Job, JobState
from tests.foundation import sample_jobs
from tests.foundation.sample_jobs import ran

pytestmark = pytest.mark.django_db
ANY = store.Wanted()
HERE = "host:boot/1:1"


@pytest.fixture(autouse=True)
def nothing_ran_yet():
    ran.clear()


def only_job() -> Job:
    return Job.objects.get()


class TestAskingForJobs:
    def test_a_job_runs_after_it_was_asked_for(self):
        result = sample_jobs.note.enqueue("hello")
        assert (result.status, ran) == (TaskResultStatus.READY, [])
        assert drain() == 1
        result.refresh()
        assert (result.status, ran) == (TaskResultStatus.SUCCESSFUL, ["hello"])

    def test_a_transaction_that_is_rolled_back_leaves_no_job(self):
        with transaction.atomic():
            sample_jobs.note.enqueue("never")
            transaction.set_rollback(True)
        assert drain() == 0

    def test_jobs_run_by_priority_then_in_the_order_asked_for(self):
        for value in ("second", "third"):
            sample_jobs.note.enqueue(value)
        sample_jobs.note.using(priority=10).enqueue("first")
        drain()
        assert ran == ["first", "second", "third"]

    def test_a_job_for_later_waits_for_its_time(self):
        later = now() + timedelta(hours=1)
        enqueue(sample_jobs.note, "later", run_after=later)
        assert drain() == 0
        assert drain(until=later) == 1

    def test_jobs_that_jobs_ask_for_are_drained_too(self):
        sample_jobs.asks_for_more.enqueue(3)
        assert drain() == 4
        assert ran == [3, 2, 1, 0]

    def test_one_workspace_or_queue_can_be_drained_alone(self):
        sample_jobs.for_workspace.enqueue("a", workspace_id=1)
        sample_jobs.for_workspace.enqueue("b", 2)
        sample_jobs.note.using(queue_name="maintenance").enqueue("c")
        assert drain(workspace_id=2) == 1
        assert drain(queues=["maintenance"]) == 1
        assert ran == [(2, "b"), "c"]

    def test_arguments_that_do_not_fit_are_refused_at_once(self):
        with pytest.raises(TypeError):
            sample_jobs.for_workspace.enqueue("a")
        assert not Job.objects.exists()

    def test_a_job_nobody_knows_has_no_result(self):
        with pytest.raises(TaskResultDoesNotExist):
            sample_jobs.note.get_result("77")

    def test_workers_of_the_process_are_woken_by_the_commit(
        self, django_capture_on_commit_callbacks
    ):
        woken = listen()
        with django_capture_on_commit_callbacks(execute=True):
            sample_jobs.note.enqueue("now")
            assert not woken.is_set()
        assert woken.is_set()


class TestDedupeKeys:
    def test_a_waiting_job_is_not_asked_for_twice(self):
        first = enqueue(sample_jobs.note, 1, dedupe_key="poll:1")
        assert enqueue(sample_jobs.note, 2, dedupe_key="poll:1") == first
        assert enqueue(sample_jobs.note, 3, dedupe_key="poll:2") != first
        drain()
        assert ran == [1, 3]

    def test_the_key_is_free_again_when_the_job_is_done(self):
        for value in (1, 2):
            enqueue(sample_jobs.note, value, dedupe_key="poll:1")
            drain()
        assert ran == [1, 2]

    def test_keys_of_different_jobs_do_not_meet(self):
        enqueue(sample_jobs.note, 1, dedupe_key="1")
        enqueue(sample_jobs.for_workspace, 1, 1, dedupe_key="1")
        assert drain() == 2

    def test_a_running_job_runs_once_more_for_a_change_it_may_not_have_seen(self):
        enqueue(sample_jobs.note, 1, dedupe_key="1")
        (running,) = store.claim(1, owner=HERE, wanted=ANY)
        assert enqueue(sample_jobs.note, 1, dedupe_key="1") == running.id
        assert store.finish(running)
        assert drain() == 1
        assert only_job().state == JobState.DONE

    def test_giving_up_also_leaves_room_for_the_newer_change(self):
        enqueue(sample_jobs.note, 1, dedupe_key="1")
        (running,) = store.claim(1, owner=HERE, wanted=ANY)
        enqueue(sample_jobs.note, 1, dedupe_key="1")
        assert store.bury(running, {"class": "x", "code": "x", "traceback": ""})
        assert drain() == 1


class TestTroubles:
    def test_an_error_is_raised_to_whoever_drains_and_tried_again_later(self):
        sample_jobs.breaks.enqueue("my card number is 4111")
        with pytest.raises(sample_jobs.Broken):
            drain()
        assert drain() == 0
        waiting = only_job()
        assert (waiting.state, waiting.attempts) == (JobState.READY, 1)
        assert waiting.due_at <= now() + timedelta(seconds=10)

    def test_what_is_kept_of_an_error_has_no_words_of_customers(self):
        sample_jobs.breaks.enqueue("my card number is 4111")
        drain(raise_errors=False)
        error = only_job().last_error
        assert error["class"] == "tests.foundation.sample_jobs.Broken"
        assert "sample_jobs.py" in error["traceback"]
        assert "4111" not in str(error)

    def test_after_its_last_attempt_a_job_is_dead(self):
        sample_jobs.breaks.enqueue("x")
        for _ in range(5):
            drain(until=now() + timedelta(hours=1), raise_errors=False)
        assert (only_job().state, ran) == (JobState.DEAD, ["breaks"] * 3)
        (error,) = sample_jobs.breaks.get_result(str(only_job().id)).errors
        assert error.exception_class is sample_jobs.Broken

    @pytest.mark.parametrize(("counted", "attempts"), [(True, 1), (False, 0)])
    def test_a_job_may_say_when_to_try_again(self, counted, attempts):
        sample_jobs.asks_to_wait.enqueue(counted)
        drain()
        waiting = only_job()
        assert (waiting.state, waiting.attempts) == (JobState.READY, attempts)
        assert timedelta(seconds=290) < waiting.due_at - now() <= timedelta(seconds=300)

    @pytest.mark.parametrize(
        ("task", "error", "code"),
        [
            (sample_jobs.gives_up, GiveUp, "account_deleted"),
            (sample_jobs.is_refused, NotAllowed, "role_lacks_permission"),
        ],
    )
    def test_what_cannot_succeed_is_dead_at_once_with_its_code(self, task, error, code):
        task.enqueue()
        with pytest.raises(error):
            drain()
        (dead,) = dead_letters()
        assert (dead.attempts, dead.last_error["code"]) == (1, code)

    def test_a_job_whose_code_was_removed_is_dead(self):
        sample_jobs.note.enqueue("x")
        Job.objects.update(task="tests.foundation.sample_jobs.gone")
        drain(raise_errors=False)
        assert only_job().last_error["code"] == "job_removed"

    def test_a_dead_job_can_be_replayed(self):
        enqueue(sample_jobs.gives_up)
        drain(raise_errors=False)
        Job.objects.update(task=sample_jobs.note.module_path, args=["better now"])
        replay(only_job().id)
        drain()
        assert (ran, dead_letters()) == (["better now"], [])

    def test_only_dead_jobs_are_replayed(self):
        with pytest.raises(NotFound):
            replay(enqueue(sample_jobs.note, 1))

    def test_a_dead_job_is_not_replayed_beside_a_newer_one(self):
        dead = enqueue(sample_jobs.gives_up, dedupe_key="1")
        drain(raise_errors=False)
        enqueue(sample_jobs.gives_up, dedupe_key="1")
        with pytest.raises(Stale):
            replay(dead)

    def test_dead_letters_can_be_listed_for_one_workspace(self):
        sample_jobs.for_workspace.enqueue("x", workspace_id=4)
        Job.objects.update(state=JobState.DEAD)
        assert len(dead_letters(workspace_id=4)) == 1
        assert dead_letters(workspace_id=5) == []


class TestLeases:
    def test_a_claimed_job_is_not_claimed_twice(self):
        sample_jobs.note.enqueue("x")
        assert len(store.claim(5, owner=HERE, wanted=ANY)) == 1
        assert store.claim(5, owner=HERE, wanted=ANY) == []

    def test_a_silent_worker_loses_its_job_when_the_lease_ends(self):
        sample_jobs.note.enqueue("x")
        (lost,) = store.claim(1, owner="elsewhere:1/1:1", wanted=ANY)
        assert store.rescue() == 0
        with time_machine.travel(now() + timedelta(seconds=61)):
            assert store.rescue() == 1
            (taken,) = store.claim(1, owner=HERE, wanted=ANY)
        assert not store.extend(lost)
        assert not store.finish(lost)
        assert not store.put_back(lost, now(), {})
        assert store.finish(taken)

    def test_a_heartbeat_keeps_the_job(self):
        sample_jobs.note.enqueue("x")
        (held,) = store.claim(1, owner="elsewhere:1/1:1", wanted=ANY)
        with time_machine.travel(now() + timedelta(seconds=50)):
            assert store.extend(held)
        with time_machine.travel(now() + timedelta(seconds=61)):
            assert store.rescue() == 0

    def test_what_a_job_wrote_is_undone_if_it_lost_its_lease_meanwhile(self):
        sample_jobs.writes_a_row.enqueue("once")
        (lost,) = store.claim(1, owner="elsewhere:1/1:1", wanted=ANY)
        with time_machine.travel(now() + timedelta(seconds=61)):
            store.rescue()
            (taken,) = store.claim(1, owner=HERE, wanted=ANY)
        assert isinstance(run(lost), LeaseLost)
        assert run(taken) is None
        assert EventRecord.objects.count() == 1

    def test_a_job_that_always_takes_its_worker_down_comes_to_an_end(self):
        sample_jobs.note.enqueue("x")
        for _ in range(3):
            (taken,) = store.claim(1, owner="elsewhere:1/1:1", wanted=ANY)
            store.begin(taken)
            Job.objects.update(lease_until=now() - timedelta(seconds=1))
            store.rescue()
        assert (only_job().state, only_job().last_error["code"]) == (JobState.DEAD, "worker_died")

    def test_a_worker_that_dies_takes_no_attempt_from_jobs_it_had_not_begun(self):
        for value in ("begun", "waiting"):
            sample_jobs.note.enqueue(value)
        for _ in range(2):
            begun, _waiting = store.claim(2, owner="elsewhere:1/1:1", wanted=ANY)
            store.begin(begun)
            Job.objects.update(lease_until=now() - timedelta(seconds=1))
            store.rescue()
            Job.objects.update(due_at=begun.due_at)
        assert [job.attempts for job in Job.objects.order_by("id")] == [2, 0]
        assert [bool(job.last_error) for job in Job.objects.order_by("id")] == [True, False]

    def test_a_job_that_was_lost_before_it_began_is_not_run(self):
        sample_jobs.note.enqueue("x")
        (lost,) = store.claim(1, owner=HERE, wanted=ANY)
        Job.objects.update(lease_until=now() - timedelta(seconds=1))
        store.rescue()
        (taken,) = store.claim(1, owner=HERE, wanted=ANY)
        assert run(taken) is None
        assert isinstance(run(lost), LeaseLost)
        assert not store.release(lost)
        assert ran == ["x"]

    def test_the_end_of_a_lease_is_kept_to_the_moment(self):
        """What is compared with it is what was read, whatever the database does with fractions."""
        sample_jobs.note.enqueue("x")
        with time_machine.travel("2026-03-01T12:00Z", tick=False):
            Job.objects.update(due_at=now())
            (held,) = store.claim(1, owner="elsewhere:1/1:1", wanted=ANY)
            assert held.lease_until == now() + timedelta(seconds=60)
        with time_machine.travel("2026-03-01T12:01:01Z"):
            assert store.rescue() == 1


@every(seconds=600)
@job(queue="maintenance")
def comes_round() -> None:
    """Come round every ten minutes."""
    ran.append("round")


def rounds(queues=("maintenance",)) -> int:
    Rounds().enqueue_due(queues)
    return Job.objects.filter(task=comes_round.module_path).count()


class TestPeriodicJobs:
    def test_several_workers_enqueue_one_job_for_one_period(self):
        with time_machine.travel("2026-03-01T12:00Z", tick=False):
            assert rounds() == 1
            drain()
            assert rounds() == 1
        with time_machine.travel("2026-03-01T12:10Z", tick=False):
            assert rounds() == 2

    def test_a_round_is_left_out_while_the_last_one_still_runs(self):
        with time_machine.travel("2026-03-01T12:00Z", tick=False):
            rounds()
        with time_machine.travel("2026-03-01T12:10Z", tick=False):
            assert rounds() == 1

    def test_a_worker_leaves_the_rounds_of_other_queues_alone(self):
        assert rounds(queues=["default"]) == 0

    def test_a_period_is_at_most_a_day(self):
        with pytest.raises(ValueError, match="period"):
            every(seconds=86_401)

    def test_old_jobs_and_events_are_pruned_but_dead_letters_stay(self):
        sample_jobs.note.enqueue("old")
        sample_jobs.gives_up.enqueue()
        sample_jobs.writes_a_row.enqueue("old event")
        with time_machine.travel(now() - timedelta(days=40)):
            Job.objects.update(due_at=now())
            drain(raise_errors=False)
        sample_jobs.note.enqueue("new")
        drain()
        tasks.prune.call()
        assert set(Job.objects.values_list("state", flat=True)) == {"dead", "done"}
        assert Job.objects.filter(state="done").count() == 1
        assert not EventRecord.objects.exists()


def test_every_job_may_have_its_own_patience():
    assert sample_jobs.note.backoff == Backoff(base_s=10, cap_s=60)
    assert sample_jobs.note.max_attempts == 3
