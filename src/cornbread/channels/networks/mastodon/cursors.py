"""Where a stream stopped, as a short JSON string that is kept with what was heard."""

import logging
from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from cornbread.channels.domain.posts import HeardPost
from cornbread.channels.networks.mastodon.payloads import newest

logger = logging.getLogger(__name__)
K = TypeVar("K")

#: How many of the last heard posts are looked at again for edits and deletions.
RECENT = 40
#: How many posts a watch remembers: three pages, because posts of other servers arrive late and
#: stand in the list by the time they were written, not by the time they came.
SEEN = 120


class HomeCursor(msgspec.Struct, frozen=True, kw_only=True):
    """Last id per source, and the last heard posts with the time of their last edit.

    ``notification`` and ``own`` move only when a page was read in order, never by a streamed
    event: the stream leaves out what the server filtered, and moving on would skip it.
    """

    notification: str = ""
    own: str = ""
    direct: str = ""
    recent: Mapping[str, str] = {}

    def dump(self) -> str:
        """As it is kept."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def load(cls, kept: str | None) -> "HomeCursor":
        """Read what ``dump`` wrote; anything else starts anew, which repeats but loses nothing."""
        return _load(kept, cls) or cls()

    def with_heard(self, posts: Iterable[HeardPost]) -> "HomeCursor":
        """Remember these as the most recent."""
        return msgspec.structs.replace(self, recent=_remember(self.recent, posts, RECENT))

    def without(self, external_ids: Iterable[str]) -> "HomeCursor":
        """Forget posts that were taken back."""
        gone = set(external_ids)
        kept = {key: edit for key, edit in self.recent.items() if key not in gone}
        return msgspec.structs.replace(self, recent=kept)


class WatchCursor(msgspec.Struct, frozen=True, kw_only=True):
    """The newest post of a search or hashtag, and what was already given from its last pages."""

    last: str = ""
    seen: Mapping[str, str] = {}

    def dump(self) -> str:
        """As it is kept."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def load(cls, kept: str | None) -> "WatchCursor":
        """Read what ``dump`` wrote; anything else starts anew."""
        return _load(kept, cls) or cls()

    def with_heard(self, posts: Iterable[HeardPost]) -> "WatchCursor":
        """Remember these, given oldest first."""
        kept = list(posts)
        last = newest(self.last, *(post.external_id for post in kept))
        return WatchCursor(last=last, seen=_remember(self.seen, kept, SEEN))

    def knows(self, post: HeardPost) -> bool:
        """Whether exactly this version was given before."""
        return self.seen.get(post.external_id) == version(post)


def version(post: HeardPost) -> str:
    """What changes when a post is edited: its id stays the same."""
    return post.edited_at.isoformat() if post.edited_at else ""


def _remember(known: Mapping[str, str], posts: Iterable[HeardPost], most: int) -> dict[str, str]:
    merged = dict(known)
    for post in posts:
        merged.pop(post.external_id, None)
        merged[post.external_id] = version(post)
    return dict(list(merged.items())[-most:])


def _load(kept: str | None, kind: type[K]) -> K | None:
    if not kept:
        return None
    try:
        return msgspec.json.decode(kept, type=kind)
    except msgspec.DecodeError:
        logger.warning("a cursor could not be read and starts anew")
        return None
