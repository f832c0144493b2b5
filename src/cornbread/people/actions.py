"""Every change to people, identities and memories."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from cornbread.channels.domain.posts import Author
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.foundation.outbox import emit
from cornbread.people import queries
from cornbread.people.events import IdentitiesLinked, MemoryNoted
from cornbread.people.models import Identity, Memory, Person
from cornbread.team.actions import record
from cornbread.team.models import Member

SHOWN = ("handle", "name", "url", "avatar_url", "followers", "automated")


def meet(
    workspace_id: int, *, kind: str, source: str, authors: Mapping[str, tuple[Author, bool]]
) -> dict[str, Identity]:
    """Identities for the authors of a batch (by external id, with "is ours"), new ones with a
    person of their own. Only inside the intake transaction, which holds the workspace's turn.
    """
    known = queries.identities_by_external_id(workspace_id, source, authors)
    new = [key for key in authors if key not in known]
    people = Person.objects.bulk_create(
        [Person(workspace_id=workspace_id, name=_name(authors[key][0])) for key in new]
    )
    made = Identity.objects.bulk_create(
        [
            Identity(
                workspace_id=workspace_id,
                person=person,
                kind=kind,
                source=source,
                external_id=key,
                ours=authors[key][1],
                **_shown(authors[key][0]),
            )
            for key, person in zip(new, people, strict=True)
        ]
    )
    _refresh(known, authors)
    return known | {identity.external_id: identity for identity in made}


def _refresh(known: Mapping[str, Identity], authors: Mapping[str, tuple[Author, bool]]) -> None:
    """People rename themselves and change pictures; the account id stays."""
    changed = []
    for key, identity in known.items():
        author, ours = authors[key]
        shown = {name: value for name, value in _shown(author).items() if value not in ("", None)}
        if ours and not identity.ours:
            shown["ours"] = True
        if any(getattr(identity, name) != value for name, value in shown.items()):
            for name, value in shown.items():
                setattr(identity, name, value)
            changed.append(identity)
    if changed:
        Identity.objects.bulk_update(changed, [*SHOWN, "ours"])


def _shown(author: Author) -> dict[str, object]:
    return {
        "handle": author.handle[:300],
        "name": author.name[:300],
        "url": author.url[:1000],
        "avatar_url": author.avatar_url[:1000],
        "followers": author.followers,
        "automated": author.automated,
    }


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
