"""Facts about conversations."""

from typing import ClassVar

from cornbread.foundation.events import Event


class ConversationChanged(Event, frozen=True):
    """Something happened in a conversation; ``what`` is the kind of the entry that says so.

    ``chain`` has the rules that led to it, in order; it is empty where people did it.
    """

    live: ClassVar[bool] = True
    conversation_id: int
    what: str
    by: int | None = None
    entry_id: int = 0
    chain: tuple[int, ...] = ()


class ConversationsChanged(Event, frozen=True):
    """The same happened in several conversations at once.

    ``entry_ids`` are the new messages, and ``opened`` the conversations that only began.
    """

    live: ClassVar[bool] = True
    conversation_ids: tuple[int, ...]
    what: str
    entry_ids: tuple[int, ...] = ()
    opened: tuple[int, ...] = ()


class ConversationOpened(Event, frozen=True):
    """A customer began, or came back to, a conversation with us."""

    live: ClassVar[bool] = True
    conversation_id: int


class ConversationsMerged(Event, frozen=True):
    """Two conversations turned out to be one."""

    live: ClassVar[bool] = True
    conversation_id: int
    merged_id: int


class PresenceChanged(Event, frozen=True):
    """Who looks at a conversation, or writes in it, changed."""

    live: ClassVar[bool] = True
    conversation_id: int


class PromisesSoonBroken(Event, frozen=True):
    """In these conversations most of the time is used up that was promised for something."""

    live: ClassVar[bool] = True
    conversation_ids: tuple[int, ...]


class PromisesBroken(Event, frozen=True):
    """In these conversations a promise was broken just now, and is still to be kept late."""

    live: ClassVar[bool] = True
    conversation_ids: tuple[int, ...]


class LevelsRecomputed(Event, frozen=True):
    """Every level and clock of the workspace follows its present thresholds."""

    live: ClassVar[bool] = True
