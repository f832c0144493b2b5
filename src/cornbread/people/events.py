"""Facts about people."""

from typing import ClassVar

from cornbread.foundation.events import Event


class MemoryNoted(Event, frozen=True):
    """Somebody wrote down something worth remembering about a person."""

    live: ClassVar[bool] = True
    person_id: int
    memory_id: int


class IdentitiesLinked(Event, frozen=True):
    """The brand said that an identity belongs to a person."""

    live: ClassVar[bool] = True
    person_id: int
    identity_id: int
