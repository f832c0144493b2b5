"""Jobs that the tests ask for; workers in other processes import them from here too."""

import os
import time
from pathlib import Path

from cornbread.foundation.errors import NotAllowed
from cornbread.foundation.jobs import Backoff, GiveUp, Retry, job
from cornbread.foundation.models import EventRecord

#: What the jobs of this process did, in order.
ran: list[object] = []


class Broken(Exception):
    """An error nobody expected."""


@job(backoff=Backoff(base_s=10, cap_s=60), max_attempts=3)
def note(value: object) -> None:
    """Remember the value."""
    ran.append(value)


@job()
def for_workspace(value: object, workspace_id: int) -> None:
    """Belongs to a workspace."""
    ran.append((workspace_id, value))


@job(backoff=Backoff(base_s=10, cap_s=60), max_attempts=3)
def breaks(words: str) -> None:
    """Fail with the words of a customer in the message."""
    ran.append("breaks")
    raise Broken(words)


@job(max_attempts=2)
def asks_to_wait(counted: bool) -> None:
    """Say when to come back."""
    raise Retry(after_s=300, counted=counted)


@job()
def gives_up() -> None:
    """Can never succeed."""
    raise GiveUp("account_deleted")


@job()
def is_refused() -> None:
    """Do what is not allowed."""
    raise NotAllowed("You may not.", code="role_lacks_permission")


@job()
def asks_for_more(depth: int) -> None:
    """Ask for another job of its kind."""
    ran.append(depth)
    if depth:
        asks_for_more.enqueue(depth - 1)


@job(atomic=True)
def writes_a_row(kind: str) -> None:
    """Write a row in the transaction that also marks the job done."""
    EventRecord.objects.create(
        workspace_id=1, kind=kind, payload={}, created_at="2026-01-01T00:00Z", live=False
    )


@job(lease_s=60, max_attempts=3)
def waits_for(gate: str, log: str) -> None:
    """Note the start, wait for the gate file, note the end."""
    _append(log, f"start {os.getpid()}")
    give_up_at = time.monotonic() + 20
    while not Path(gate).exists() and time.monotonic() < give_up_at:
        time.sleep(0.01)
    _append(log, f"end {os.getpid()}")


@job(lease_s=0.6)
def outlasts_its_lease(log: str) -> None:
    """Run for longer than the lease."""
    _append(log, f"start {os.getpid()}")
    time.sleep(2)
    _append(log, f"end {os.getpid()}")


@job(max_attempts=2)
def kills_its_worker(log: str) -> None:
    """End the process without a word."""
    _append(log, f"start {os.getpid()}")
    os.kill(os.getpid(), 9)


@job()
def signs(number: int, log: str) -> None:
    """Note that it ran, and where."""
    time.sleep(0.005)
    _append(log, f"{number} {os.getpid()}")


def _append(path: str, line: str) -> None:
    # One write to a file opened for appending is never mixed with another's.
    with open(path, "ab", buffering=0) as file:
        file.write(f"{line}\n".encode())
