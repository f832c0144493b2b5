"""Reads about people, each naming its reader."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from cornbread.foundation import clock
from cornbread.foundation.errors import NotFound
from cornbread.foundation.lookups import keyed
from cornbread.foundation.reading import values
from cornbread.people.models import Identity, Memory, Person
from cornbread.team.models import Member


def people(*, seen_by: Member, search: str = "") -> QuerySet[Person]:
    """The people of the reader's workspace (never ourselves), newest first."""
    seen_by.require("person.read")
    found = Person.objects.filter(workspace_id=seen_by.workspace_id)
    found = found.exclude(identities__ours=True)
    if search:
        wanted = Q(name__icontains=search) | Q(identities__handle__icontains=search)
        found = found.filter(wanted | Q(identities__name__icontains=search)).distinct()
    return found.prefetch_related("identities").order_by("-pk")


def person(person_id: int, *, seen_by: Member) -> Person:
    """One person of the reader's workspace; NotFound otherwise."""
    found = people(seen_by=seen_by).filter(pk=person_id).first()
    if found is None:
        raise NotFound("There is no such person in this workspace.")
    return found


def identities_of(one: Person) -> QuerySet[Identity]:
    """The accounts of a person already opened to the reader, with who linked each."""
    return one.identities.select_related("linked_by__user").order_by("pk")


def memories(person_id: int, *, seen_by: Member) -> QuerySet[Memory]:
    """What is remembered of a person and has neither expired nor been forgotten."""
    person(person_id, seen_by=seen_by)
    return held_memories(seen_by.workspace_id, person_id)


def held_memories(workspace_id: int, person_id: int) -> QuerySet[Memory]:
    """The same for a person whom the reader was already shown, e.g. inside a conversation."""
    return (
        Memory.objects.select_related("noted_by__user")
        .filter(workspace_id=workspace_id, person_id=person_id, forgotten_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()))
        .order_by("-learned_at", "-pk")
    )


def memory(memory_id: int, *, seen_by: Member) -> Memory:
    """One memory that is still held."""
    found = Memory.objects.filter(
        pk=memory_id, workspace_id=seen_by.workspace_id, forgotten_at=None
    ).first()
    if found is None:
        raise NotFound("There is no such memory, or it was forgotten.")
    person(found.person_id, seen_by=seen_by)
    return found


def as_met(
    workspace_id: int, source: str, external_ids: Iterable[str]
) -> dict[str, tuple[Any, ...]]:
    """Id, whether it is ours, and what is shown of the known identities of a source, by external
    id; for intake, which serves the whole workspace."""
    scope = {"workspace_id": workspace_id, "source": source}
    found = Identity.objects.filter(keyed(Identity, "external_id", external_ids, **scope))
    shown = ("handle", "name", "url", "avatar_url", "followers", "automated")
    rows = values(found.values_list("external_id", "id", "ours", *shown))
    return {row[0]: row[1:] for row in rows}
