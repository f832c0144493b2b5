"""The threads of a worker, and the few claimed jobs that wait for one of them."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from time import monotonic

from django.db import connections

from cornbread.foundation.models import Job


class Pool:
    """Runs jobs in threads. Short jobs come in handfuls, since each claim costs a transaction;
    jobs that wait behind long ones can be taken back for other workers."""

    def __init__(self, threads: int, run: Callable[[Job], None]) -> None:
        self._run = run
        self._waiting: deque[tuple[float, Job]] = deque()
        self._running = 0
        self._closed = False
        self._changed = threading.Condition()
        self._threads = [
            threading.Thread(target=self._work, name=f"job-{number}") for number in range(threads)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def room(self, handful: int) -> int:
        """How many jobs to claim so that each thread has one, and a free one a handful."""
        with self._changed:
            free = len(self._threads) - self._running - len(self._waiting)
        return free * handful if free > 0 else 0

    @property
    def urgent_room(self) -> int:
        """How many urgent jobs to claim although no thread is free: they run next."""
        with self._changed:
            return max(0, len(self._threads) - sum(job.priority > 0 for _, job in self._waiting))

    def add(self, jobs: Iterable[Job]) -> None:
        """Let the jobs be run, in this order, but urgent ones before those that wait already."""
        with self._changed:
            waiting = [*self._waiting, *((monotonic(), job) for job in jobs)]
            waiting.sort(key=lambda one: one[1].priority <= 0)
            self._waiting = deque(waiting)
            self._changed.notify_all()

    def take_back(self, waited_s: float) -> list[Job]:
        """Jobs that no thread has begun for so many seconds; they will not be run."""
        before = monotonic() - waited_s
        with self._changed:
            taken = [job for since, job in self._waiting if since <= before]
            self._waiting = deque(one for one in self._waiting if one[0] > before)
        return taken

    def close(self) -> None:
        """Let the threads finish what was added, and wait for them."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _next(self) -> Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if not self._waiting:
                return None
            self._running += 1
            return self._waiting.popleft()[1]

    def _work(self) -> None:
        try:
            while job := self._next():
                try:
                    self._run(job)
                finally:
                    with self._changed:
                        self._running -= 1
        finally:
            connections.close_all()
