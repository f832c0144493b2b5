"""What is urgent is run next, although no thread of the worker was free for it."""

import threading
from collections.abc import Iterator

import pytest

from cornbread.foundation.jobs import store
from cornbread.foundation.jobs.pool import Pool
from cornbread.foundation.models import Job
from tests.foundation import sample_jobs

pytestmark = pytest.mark.django_db


def job(number: int, priority: int = 0) -> Job:
    return Job(id=number, priority=priority)


class Busy:
    """A pool of one thread, which runs a job until it is let go."""

    def __init__(self) -> None:
        self.ran: list[int] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.pool = Pool(1, self._run)

    def _run(self, one: Job) -> None:
        self.ran.append(one.id)
        self.begun.set()
        self.go_on.wait(20)


@pytest.fixture
def busy() -> Iterator[Busy]:
    made = Busy()
    made.pool.start()
    made.pool.add([job(1)])
    assert made.begun.wait(20)
    yield made
    made.go_on.set()
    made.pool.close()


def test_an_urgent_job_is_run_before_those_that_wait_already(busy: Busy) -> None:
    assert (busy.pool.room(4), busy.pool.urgent_room) == (0, 1)
    busy.pool.add([job(2), job(3)])
    busy.pool.add([job(4, priority=1), job(5, priority=1)])
    assert busy.pool.urgent_room == 0
    busy.go_on.set()
    busy.pool.close()
    assert busy.ran == [1, 4, 5, 2, 3]


def test_what_waited_too_long_is_taken_back_wherever_it_stands(busy: Busy) -> None:
    busy.pool.add([job(2)])
    busy.pool.add([job(3, priority=1)])
    assert busy.pool.take_back(60) == []
    assert [one.id for one in busy.pool.take_back(0)] == [3, 2]


def test_only_what_is_urgent_can_be_claimed() -> None:
    for _ in range(2):
        sample_jobs.note.enqueue("hello")
    urgent = Job.objects.latest("pk")
    Job.objects.filter(pk=urgent.pk).update(priority=1)
    wanted = store.Wanted(urgent=True)
    assert [one.pk for one in store.claim(9, owner="me", wanted=wanted)] == [urgent.pk]
    assert store.claim(9, owner="me", wanted=wanted) == []
