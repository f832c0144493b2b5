"""Facts about conversations."""

from typing import ClassVar

from cornbread.foundation.events import Event


class ConversationChanged(Event, frozen=True):
    """Something happened in a conversation; ``what`` is the kind of its newest entry."""

    live: ClassVar[bool] = True
    conversation_id: int
    what: str
    by: int | None = None


class ConversationsChanged(Event, frozen=True):
    """The same happened in several conversations at once."""

    live: ClassVar[bool] = True
    conversation_ids: tuple[int, ...]
    what: str


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


class LevelsRecomputed(Event, frozen=True):
    """Every level and clock of the workspace follows its present thresholds."""

    live: ClassVar[bool] = True
