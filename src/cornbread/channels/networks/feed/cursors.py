"""How far a feed has been heard: what its server gave us to ask with, and what was seen."""

import hashlib
from collections.abc import Iterable

import msgspec

from cornbread.channels.domain.posts import HeardPost

_MOST_SEEN = 3000


class FeedCursor(msgspec.Struct, frozen=True, kw_only=True):
    """``seen`` maps short hashes of ids to hashes of what they said, the newest last."""

    etag: str = ""
    modified: str = ""
    seen: dict[str, str] = {}

    @classmethod
    def read(cls, cursor: str | None) -> "FeedCursor":
        """A stored cursor; one that cannot be read means that everything is new."""
        try:
            return msgspec.json.decode(cursor or "{}", type=cls)
        except (msgspec.DecodeError, UnicodeError):
            return cls()

    def text(self) -> str:
        """The form in which it is stored."""
        return msgspec.json.encode(self).decode()

    def conditions(self) -> dict[str, str]:
        """Headers that let the server say that nothing changed."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in named.items() if value}

    def news(self, posts: Iterable[HeardPost]) -> list[HeardPost]:
        """Posts never seen, and those that say something else than when they were seen."""
        return [post for post in posts if self.seen.get(_short(post.external_id)) != _said(post)]

    def knows(self, post: HeardPost) -> bool:
        """Whether some version of this post was seen."""
        return _short(post.external_id) in self.seen

    def after(self, posts: Iterable[HeardPost], *, etag: str, modified: str) -> "FeedCursor":
        """The cursor once these posts are kept."""
        now = {_short(post.external_id): _said(post) for post in posts}
        before = {key: said for key, said in self.seen.items() if key not in now}
        seen = dict(list({**before, **now}.items())[-_MOST_SEEN:])
        return FeedCursor(etag=_header(etag), modified=_header(modified), seen=seen)


def _short(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:16]


def _said(post: HeardPost) -> str:
    return _short(f"{post.text}\n{post.url}")


def _header(value: str) -> str:
    """Sent back as a header, so it has to be one, and not a long one."""
    ok = len(value) <= 300 and value.isascii() and value.isprintable()
    return value if ok else ""
