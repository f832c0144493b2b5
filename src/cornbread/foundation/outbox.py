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

from cornbread.foundation.clock import now
from cornbread.foundation.events import Event
from cornbread.foundation.jobs import GiveUp, job
from cornbread.foundation.jobs.wake import wake
from cornbread.foundation.live import mark_place
from cornbread.foundation.models import EventRecord, Job

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
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            f"emit({event.kind()}) belongs inside transaction.atomic(), beside the change it tells"
        )
    payload: dict[str, Any] = msgspec.to_builtins(event, str_keys=True)
    if event.live:
        mark_place(event.workspace_id)
    record = EventRecord.objects.create(
        workspace_id=event.workspace_id,
        kind=event.kind(),
        payload=payload,
        created_at=now(),
        live=event.live,
    )
    _ask_for_reactions(record, _names_by_event.get(type(event), []))
    return record.id


def emit_all(events: Sequence[Event]) -> None:
    """The same for many events at once, in their order, with a fixed number of statements."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "emit_all() belongs inside transaction.atomic(), beside the changes it tells"
        )
    for workspace_id in {event.workspace_id for event in events if event.live}:
        mark_place(workspace_id)
    moment = now()
    records = EventRecord.objects.bulk_create(
        EventRecord(
            workspace_id=event.workspace_id,
            kind=event.kind(),
            payload=msgspec.to_builtins(event, str_keys=True),
            created_at=moment,
            live=event.live,
        )
        for event in events
    )
    for event, record in zip(events, records, strict=True):
        if names := _names_by_event.get(type(event)):
            _ask_for_reactions(record, names)


def _ask_for_reactions(record: EventRecord, names: list[str]) -> None:
    Job.objects.bulk_create(
        Job(
            task=react.module_path,
            args=[name, record.kind, record.payload],
            queue=react.queue_name,
            workspace_id=record.workspace_id,
            max_attempts=react.max_attempts,
            lease_s=react.lease_s,
            due_at=record.created_at,
            created_at=record.created_at,
        )
        for name in names
    )
    if names:
        transaction.on_commit(wake, robust=True)


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
