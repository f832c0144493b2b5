"""Shapes of people in the API."""

from datetime import datetime

from ninja import Field, Schema

from cornbread.people.models import Identity, Memory, Person
from cornbread.team.schemas import Moment


class IdentityOut(Schema):
    """One account or address of a person."""

    id: int
    network: str
    handle: str
    name: str
    url: str
    linked: str

    @staticmethod
    def of(identity: Identity) -> "IdentityOut":
        """An identity as the API shows one."""
        return IdentityOut(
            id=identity.pk,
            network=identity.kind,
            handle=identity.handle,
            name=identity.name,
            url=identity.url,
            linked=identity.linked,
        )


class PersonOut(Schema):
    """A human with the identities joined to them."""

    id: int
    name: str
    identities: list[IdentityOut]
    created_at: datetime

    @staticmethod
    def of(person: Person) -> "PersonOut":
        """A person as the API shows one."""
        identities = [IdentityOut.of(one) for one in person.identities.all()]
        return PersonOut(
            id=person.pk, name=person.name, identities=identities, created_at=person.created_at
        )


class PeoplePage(Schema):
    """A page of people, newest first."""

    items: list[PersonOut]
    next: str | None


class MemoryOut(Schema):
    """One remembered fact."""

    id: int
    text: str
    learned_at: datetime
    learned_from: str
    expires_at: datetime | None

    @staticmethod
    def of(memory: Memory) -> "MemoryOut":
        """A memory as the API shows one."""
        return MemoryOut(
            id=memory.pk,
            text=memory.text,
            learned_at=memory.learned_at,
            learned_from=memory.learned_from,
            expires_at=memory.expires_at,
        )


class MemoryIn(Schema):
    """What to remember; ``learned_at`` is now unless given."""

    text: str = Field(max_length=500)
    learned_at: Moment | None = None
    learned_from: str = Field("", max_length=200)
    expires_at: Moment | None = None


class PersonIn(Schema):
    """The name a person goes by."""

    name: str = Field(max_length=200)


class LinkIn(Schema):
    """An account, address or number the brand knows to be this person's."""

    network: str = Field(max_length=20)
    handle: str = Field(max_length=300)
