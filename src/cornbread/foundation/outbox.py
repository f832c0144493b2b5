"""The transactional outbox: an event and the jobs that react to it, in one transaction.

A room says what happened with ``emit``; later rooms answer with functions under ``@reacts_to``.
Either the change, the event and all its reactions are there after the commit, or none is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

import msgspec
from django.db import connection, transaction

from cornbread.foundation.binding import Row
from cornbread.foundation.bulk import insert, take_ids
from cornbread.foundation.clock import now
from cornbread.foundation.events import Event
from cornbread.foundation.jobs import GiveUp, job
from cornbread.foundation.jobs.wake import wake
from cornbread.foundation.live import mark_place
from cornbread.foundation.models import EventRecord, Job, JobState

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class _Reaction:
    event: type[Event]
    function: Callable[[Any], None]


_reactions: dict[str, _Reaction] = {}
_names_by_event: dict[type[Event], list[str]] = {}


def reacts_to(event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Run the function, as a job, for every event of exactly this class.

    It may run more than once for the same event (a replay), so it must be safe to run twice.
    """

    def decorate(function: Callable[[E], None]) -> Callable[[E], None]:
        name = f"{function.__module__}.{function.__qualname__}"
        names = _names_by_event.setdefault(event, [])
        if name not in names:
            names.append(name)
        _reactions[name] = _Reaction(event, function)
        return function

    return decorate


def reaction_named(name: str) -> Callable[[Any], None] | None:
    """The function that a job of ``react`` names first; None when it is gone."""
    known = _reactions.get(name)
    return known.function if known else None


def load_reactions(app_name: str) -> None:
    """Import ``<app>.reactions`` if the room has one; an error inside it is not hidden."""
    if find_spec(f"{app_name}.reactions") is not None:
        import_module(f"{app_name}.reactions")


def emit(event: Event) -> int:
    """Record the event and enqueue its reactions, in the caller's transaction; return its id."""
    return emit_all([event])[0]


def emit_all(events: Sequence[Event], *, priority: int = 0) -> Sequence[int]:
    """The same for many events at once, in their order, with a fixed number of statements.

    Reactions of a higher ``priority`` run before those that were asked for earlier.
    """
    if not connection.in_atomic_block:
        kinds = ", ".join(sorted({event.kind() for event in events}))
        raise transaction.TransactionManagementError(
            f"emit({kinds}) belongs inside transaction.atomic(), beside the change it tells"
        )
    for workspace_id in {event.workspace_id for event in events if event.live}:
        mark_place(workspace_id)
    moment = now()
    records: list[Row] = []
    jobs: list[Row] = []
    ids = take_ids(EventRecord, len(events)) if events else ()
    for id_, event in zip(ids, events, strict=True):
        payload = msgspec.to_builtins(event, str_keys=True)
        kind, workspace_id = event.kind(), event.workspace_id
        records.append((id_, workspace_id, kind, payload, moment, event.live))
        jobs += [
            (*_job(), priority, [name, kind, payload], workspace_id, moment, moment)
            for name in _names_by_event.get(type(event), ())
        ]
    insert(EventRecord, _RECORD, records)
    insert(Job, _JOB, jobs)
    if jobs:
        transaction.on_commit(wake, robust=True)
    return ids


_RECORD = ("id", "workspace_id", "kind", "payload", "created_at", "live")
_JOB = (
    *("task", "queue", "max_attempts", "lease_s", "state"),
    *("priority", "args", "workspace_id", "due_at", "created_at"),
)


def _job() -> tuple[str, str, int, float, str]:
    """What all reactions have in common, as the first of ``_JOB``."""
    waiting = JobState.READY.value
    return react.module_path, react.queue_name, react.max_attempts, react.lease_s, waiting


@job(queue="reactions", atomic=True)
def react(reaction: str, kind: str, payload: dict[str, Any]) -> None:
    """Run one reaction to one event, which the job carries so that it outlives its record."""
    known = _reactions.get(reaction)
    if known is None:
        raise GiveUp("reaction_removed")
    if known.event.kind() != kind:
        raise GiveUp("event_removed")
    try:
        event = msgspec.convert(payload, known.event)
    except msgspec.ValidationError as error:
        raise GiveUp("event_changed") from error
    known.function(event)
