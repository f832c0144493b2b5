"""Facts about what was heard. They carry many ids, because posts come in batches."""

from typing import ClassVar

from cornbread.foundation.events import Event


class MentionsHeard(Event, frozen=True):
    """Posts were kept: new ones, or ones of ours that now found the post they answer."""

    live: ClassVar[bool] = False
    mention_ids: tuple[int, ...]


class LinksHeard(Event, frozen=True):
    """These of the kept posts carry addresses, of which some may be shortened."""

    live: ClassVar[bool] = False
    mention_ids: tuple[int, ...]


class ThreadsJoined(Event, frozen=True):
    """A missing post arrived, so that reply chains turned out to be parts of one thread.

    ``moves`` are pairs (old root, new root) of external ids within ``source``.
    """

    source: str
    moves: tuple[tuple[str, str], ...]


class MentionsEdited(Event, frozen=True):
    """Kept posts now say something else."""

    mention_ids: tuple[int, ...]


class MentionsDeleted(Event, frozen=True):
    """Kept posts were taken back by their authors."""

    mention_ids: tuple[int, ...]


class WatchesChanged(Event, frozen=True):
    """What a brand listens for changed."""

    live: ClassVar[bool] = True
    watch_id: int
