"""The worker: claims due jobs, several at once, and runs them in threads."""

import logging
import threading
from collections.abc import Collection
from queue import SimpleQueue
from time import monotonic

from django.db import DatabaseError, close_old_connections, connections
from django.utils.module_loading import autodiscover_modules

from cornbread.foundation.jobs import store
from cornbread.foundation.jobs.heartbeat import Heartbeat
from cornbread.foundation.jobs.owner import this_process
from cornbread.foundation.jobs.periodic import Rounds
from cornbread.foundation.jobs.run import run
from cornbread.foundation.jobs.wake import listen
from cornbread.foundation.models import Job

log = logging.getLogger("cornbread.jobs")

BUSY_POLL_S = 0.1
IDLE_POLL_S = 0.2
#: How often to look for jobs of dead workers and for periodic jobs.
UPKEEP_S = 0.5
#: How long to wait when the database does not answer.
TROUBLE_S = 1.0


class Worker:
    """Runs the jobs of some queues (None: of all) in ``threads`` threads."""

    def __init__(self, queues: Collection[str] | None = None, *, threads: int = 4) -> None:
        self._wanted = store.Wanted(queues=queues)
        self._threads = threads
        self._running = 0
        self._lock = threading.Lock()
        self._todo: SimpleQueue[Job | None] = SimpleQueue()
        self._wake = listen()
        self._rounds = Rounds()
        self._upkeep_at = 0.0
        self._heartbeat = Heartbeat()

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; then finish the jobs that are running, and return."""
        # Periodic jobs are known once their modules are imported.
        autodiscover_modules("tasks")
        threads = [
            threading.Thread(target=self._work, name=f"job-{number}")
            for number in range(self._threads)
        ]
        with self._heartbeat:
            for thread in threads:
                thread.start()
            try:
                self._claim_until(stop)
            finally:
                for _ in threads:
                    self._todo.put(None)
                for thread in threads:
                    thread.join()
                connections.close_all()

    def _claim_until(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                claimed = self._claim()
            except DatabaseError:
                log.exception("the database does not answer")
                connections.close_all()
                stop.wait(TROUBLE_S)
                continue
            if not claimed:
                self._wake.wait(BUSY_POLL_S if self._running else IDLE_POLL_S)
                # Cleared before the next look, so that nothing committed after it is missed.
                self._wake.clear()

    def _claim(self) -> bool:
        close_old_connections()
        if monotonic() >= self._upkeep_at:
            self._upkeep_at = monotonic() + UPKEEP_S
            store.rescue()
            self._rounds.enqueue_due(self._wanted.queues)
        free = self._threads - self._running
        if not free:
            return False
        claimed = store.claim(free, owner=this_process(), wanted=self._wanted)
        for job in claimed:
            self._heartbeat.hold(job)
            with self._lock:
                self._running += 1
            self._todo.put(job)
        return bool(claimed)

    def _work(self) -> None:
        try:
            while job := self._todo.get():
                self._run(job)
        finally:
            connections.close_all()

    def _run(self, job: Job) -> None:
        try:
            close_old_connections()
            run(job)
        except DatabaseError:
            # Neither the result nor the error could be written. The lease runs out and the job
            # is taken over, by this worker or another.
            log.exception("the database does not answer", extra={"job": job.id})
            connections.close_all()
        finally:
            self._heartbeat.let_go(job)
            with self._lock:
                self._running -= 1
            self._wake.set()
