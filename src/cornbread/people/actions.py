"""Every change to people, identities and memories."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from cornbread.channels.domain.posts import Author
from cornbread.foundation import clock
from cornbread.foundation.bulk import insert, take_ids, update
from cornbread.foundation.errors import Invalid
from cornbread.foundation.outbox import emit
from cornbread.people import queries
from cornbread.people.events import IdentitiesLinked, MemoryNoted
from cornbread.people.models import Identity, Memory, Person
from cornbread.team.actions import record
from cornbread.team.models import Member

SHOWN = ("handle", "name", "url", "avatar_url", "followers", "automated")
_PERSON = ("id", "workspace_id", "name", "created_at")
_IDENTITY = (
    *("id", "workspace_id", "person_id", "kind", "source", "external_id", "ours", "linked_at"),
    *SHOWN,
)


def meet(
    workspace_id: int, *, kind: str, source: str, authors: Mapping[str, tuple[Author, bool]]
) -> dict[str, int]:
    """The ids of the identities of a batch's authors (by external id, with "is ours"), new ones
    with a person of their own. Only inside the intake transaction, which holds the workspace's
    turn. No objects are built, because most authors of a busy stream are new.
    """
    known = queries.as_met(workspace_id, source, authors)
    _refresh(known, authors)
    ids = {key: row[0] for key, row in known.items()}
    new = [key for key in authors if key not in ids]
    if not new:
        return ids
    now, people, identities = clock.now(), take_ids(Person, len(new)), take_ids(Identity, len(new))
    named, met = [], []
    for key, person, identity in zip(new, people, identities, strict=True):
        author, ours = authors[key]
        named.append((person, workspace_id, _name(author), now))
        known_by = (identity, workspace_id, person, kind, source, key, ours, now)
        met.append((*known_by, *_shown(author)))
        ids[key] = identity
    insert(Person, _PERSON, named)
    insert(Identity, _IDENTITY, met)
    return ids


def _refresh(
    known: Mapping[str, tuple[Any, ...]], authors: Mapping[str, tuple[Author, bool]]
) -> None:
    """People rename themselves and change pictures; the account id stays."""
    changed = []
    for key, (id_, was_ours, *was) in known.items():
        author, ours = authors[key]
        # What is not told this time stays as it was.
        shown = [
            old if new in ("", None) else new for old, new in zip(was, _shown(author), strict=True)
        ]
        if shown != was or (ours and not was_ours):
            changed.append((id_, was_ours or ours, *shown))
    update(Identity, ("id", "ours", *SHOWN), changed)


def _shown(author: Author) -> tuple[Any, ...]:
    """What ``SHOWN`` names."""
    return (
        author.handle[:300],
        author.name[:300],
        author.url[:1000],
        author.avatar_url[:1000],
        author.followers,
        author.automated,
    )


def _name(author: Author) -> str:
    return (author.name or author.handle)[:200]


@transaction.atomic
def remember(
    person_id: int,
    text: str,
    *,
    by: Member,
    learned_at: datetime | None = None,
    learned_from: str = "",
    expires_at: datetime | None = None,
) -> Memory:
    """Write down a fact or preference, with where and when it was learned."""
    by.require("person.write")
    person = queries.person(person_id, seen_by=by)
    text = text.strip()
    if not text or len(text) > 500:
        message = "Write what to remember, in at most 500 characters."
        raise Invalid(message, fields={"text": message})
    now = clock.now()
    learned_at = learned_at or now
    if learned_at > now:
        message = "It cannot have been learned in the future."
        raise Invalid(message, fields={"learned_at": message})
    if expires_at is not None and expires_at <= now:
        message = "It would have expired already."
        raise Invalid(message, fields={"expires_at": message})
    memory = Memory.objects.create(
        workspace_id=by.workspace_id,
        person=person,
        text=text,
        learned_at=learned_at,
        learned_from=learned_from[:200],
        noted_by=by,
        expires_at=expires_at,
    )
    emit(MemoryNoted(workspace_id=by.workspace_id, person_id=person.pk, memory_id=memory.pk))
    return memory


@transaction.atomic
def forget(memory_id: int, *, by: Member) -> None:
    """Stop remembering; the words are erased, that something was forgotten stays."""
    by.require("person.write")
    memory = queries.memory(memory_id, seen_by=by)
    Memory.objects.filter(pk=memory.pk).update(forgotten_at=clock.now(), text="")
    record(by.workspace_id, by, "memory.forgotten", f"person:{memory.person_id}")


@transaction.atomic
def rename(person_id: int, name: str, *, by: Member) -> Person:
    """Call a person by the name they go by."""
    by.require("person.write")
    person = queries.person(person_id, seen_by=by)
    if not name.strip():
        raise Invalid("A name cannot be empty.", fields={"name": "A name cannot be empty."})
    person.name = name.strip()[:200]
    person.save(update_fields=["name"])
    record(by.workspace_id, by, "person.renamed", f"person:{person.pk}")
    return person


@transaction.atomic
def link(person_id: int, *, kind: str, handle: str, by: Member) -> Identity:
    """Note an account, address or number that the brand knows to be this person's."""
    by.require("person.write")
    person = queries.person(person_id, seen_by=by)
    kind, handle = kind.strip().lower(), handle.strip()
    if not kind or not handle:
        raise Invalid("Say where, and which account, address or number.")
    if len(kind) > 20:
        message = "Name the place in at most 20 characters."
        raise Invalid(message, fields={"kind": message})
    identity, created = Identity.objects.get_or_create(
        workspace_id=by.workspace_id,
        source=f"{kind}:by-hand",
        external_id=handle.lower()[:300],
        defaults={
            "person": person,
            "kind": kind,
            "handle": handle[:300],
            "linked": Identity.Linked.BRAND,
            "linked_by": by,
        },
    )
    if not created and identity.person_id != person.pk:
        message = f"{handle} is already noted for somebody else."
        raise Invalid(message, fields={"handle": message})
    record(by.workspace_id, by, "identity.linked", f"person:{person.pk}", kind=kind)
    emit(
        IdentitiesLinked(workspace_id=by.workspace_id, person_id=person.pk, identity_id=identity.pk)
    )
    return identity
