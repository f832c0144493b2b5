"""Keeps the leases of running jobs fresh, from a thread of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Self

from django.db import Error, connections

from cornbread.foundation.jobs import store
from cornbread.foundation.logs import get_logger
from cornbread.foundation.models import Job

log = get_logger(__name__)

#: A lease is renewed after this share of its length, so that two beats may fail.
_SHARE = 1 / 3
_LONGEST_PAUSE_S = 1.0


class Heartbeat:
    """Extends the lease of every job it holds; use as a context manager."""

    def __init__(self) -> None:
        self._due: dict[int, tuple[Job, float]] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def hold(self, job: Job) -> None:
        """Keep the lease of this job from now on."""
        with self._lock:
            self._due[job.id] = (job, monotonic() + _pause_s(job))
            if self._thread.ident is None:
                self._thread.start()

    def let_go(self, job: Job) -> None:
        """Stop keeping it: the job is settled."""
        with self._lock:
            self._due.pop(job.id, None)

    @contextmanager
    def holding(self, job: Job) -> Iterator[None]:
        """Keep the lease inside the block."""
        self.hold(job)
        try:
            yield
        finally:
            self.let_go(job)

    def _run(self) -> None:
        try:
            while not self._stopped.wait(self._pause()):
                self._beat()
        finally:
            connections.close_all()

    def _pause(self) -> float:
        with self._lock:
            shortest = min((_pause_s(job) for job, _ in self._due.values()), default=1.0)
        return min(shortest / 2, _LONGEST_PAUSE_S)

    def _beat(self) -> None:
        moment = monotonic()
        with self._lock:
            due = [job for job, at in self._due.values() if at <= moment]
        for job in due:
            try:
                kept = store.extend(job)
            except Error:
                # The next beat tries again on a new connection; the lease allows for two misses.
                log.warning("heartbeat failed", id=job.id)
                connections.close_all()
                continue
            with self._lock:
                if job.id in self._due:
                    self._due[job.id] = (job, moment + _pause_s(job))
            if not kept:
                self.let_go(job)


def _pause_s(job: Job) -> float:
    return job.lease_s * _SHARE
