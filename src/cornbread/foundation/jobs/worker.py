"""The worker: claims due jobs, several at once, and runs them in threads."""

import threading
from collections.abc import Collection
from dataclasses import replace
from time import monotonic

from django.db import Error, close_old_connections, connections
from django.utils.module_loading import autodiscover_modules

from cornbread.foundation.jobs import store
from cornbread.foundation.jobs.heartbeat import Heartbeat
from cornbread.foundation.jobs.owner import this_process
from cornbread.foundation.jobs.periodic import Rounds
from cornbread.foundation.jobs.pool import Pool
from cornbread.foundation.jobs.run import run
from cornbread.foundation.jobs.wake import listen
from cornbread.foundation.logs import get_logger
from cornbread.foundation.models import Job

log = get_logger(__name__)

#: How often to look for jobs of other processes: a look takes a tenth of a millisecond.
POLL_S = 0.05
#: How often to look for jobs of dead workers and for periodic jobs.
UPKEEP_S = 0.5
#: How long to wait when the database does not answer.
TROUBLE_S = 1.0
#: Jobs claimed at once for each free thread, and how long they may wait for it.
HANDFUL = 4
PATIENCE_S = 0.5


class Worker:
    """Runs the jobs of some queues (None: of all) in ``threads`` threads."""

    def __init__(self, queues: Collection[str] | None = None, *, threads: int = 4) -> None:
        self._wanted = store.Wanted(queues=queues)
        self._pool = Pool(threads, self._run)
        self._wake = listen()
        self._rounds = Rounds()
        self._upkeep_at = 0.0
        self._heartbeat = Heartbeat()

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; then finish the jobs that are running, and return.

        A worker runs once. Connections of its threads are closed at the end.
        """
        # Periodic jobs are known once their modules are imported.
        autodiscover_modules("tasks")
        with self._heartbeat:
            self._pool.start()
            try:
                while not stop.is_set():
                    self._turn(stop)
            finally:
                self._release(waited_s=0)
                self._pool.close()
                connections.close_all()

    def _turn(self, stop: threading.Event) -> None:
        try:
            claimed = self._claim()
        except Error:
            log.exception("the database does not answer")
            connections.close_all()
            stop.wait(TROUBLE_S)
            return
        if not claimed:
            self._wake.wait(POLL_S)
            # Cleared before the next look, so that nothing committed after it is missed.
            self._wake.clear()

    def _claim(self) -> bool:
        close_old_connections()
        if monotonic() >= self._upkeep_at:
            self._upkeep_at = monotonic() + UPKEEP_S
            store.rescue()
            self._rounds.enqueue_due(self._wanted.queues)
        self._release(PATIENCE_S)
        room, wanted = self._pool.room(HANDFUL), self._wanted
        if not room:
            # Somebody waits for what is urgent: it does not queue behind what runs already.
            room, wanted = self._pool.urgent_room, replace(wanted, urgent=True)
        claimed = store.claim(room, owner=this_process(), wanted=wanted) if room else []
        for job in claimed:
            self._heartbeat.hold(job)
        self._pool.add(claimed)
        return bool(claimed)

    def _release(self, waited_s: float) -> None:
        """Leave jobs to other workers that wait here behind long ones."""
        for job in self._pool.take_back(waited_s):
            self._heartbeat.let_go(job)
            try:
                store.release(job)
            except Error:
                # Its lease runs out by itself.
                log.exception("the database does not answer", id=job.id)

    def _run(self, job: Job) -> None:
        try:
            close_old_connections()
            run(job)
        except Error:
            # Neither the result nor the error could be written. The lease runs out and the job
            # is taken over, by this worker or another.
            log.exception("the database does not answer", id=job.id)
            connections.close_all()
        finally:
            self._heartbeat.let_go(job)
            self._wake.set()
