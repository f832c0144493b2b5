"""The values that cross between a network and the product."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Visibility(StrEnum):
    """Who can read a post: everybody, or only those it is addressed to."""

    PUBLIC = "public"
    DIRECT = "direct"


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """An account on a network, as seen with one of its posts. ``external_id`` never changes."""

    external_id: str
    handle: str
    name: str = ""
    url: str = ""
    avatar_url: str = ""
    followers: int | None = None
    automated: bool = False


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A picture, video, sound or file that came with a post; only its address is kept."""

    kind: str
    url: str
    preview_url: str = ""
    description: str = ""


class HeardPost(msgspec.Struct, frozen=True, kw_only=True):
    """One post as a network told it, already in our words.

    ``external_id`` is unique within the network kind and the channel's ``scope``.
    ``ours`` is true for posts written by the connected account itself.
    ``addressed`` is true when the post names us or was sent to us, so no watch has to catch it.
    ``in_reply_to`` is the external id of the post it answers, whether or not we ever see that one.
    ``edited_at`` is set when this is a later version of a post.
    ``links`` are addresses that came beside the text; ``repost`` says that the author passed on
    what somebody else wrote.
    ``raw`` is the payload as received, kept so that a better parser can read it again.
    """

    external_id: str
    author: Author
    text: str
    created_at: datetime
    ours: bool = False
    addressed: bool = False
    in_reply_to: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    addressed_to: tuple[str, ...] = ()
    url: str = ""
    lang: str | None = None
    edited_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()
    links: tuple[str, ...] = ()
    repost: bool = False
    raw: bytes = b""


class HeardDeletion(msgspec.Struct, frozen=True, kw_only=True):
    """The network said that a post was taken back."""

    external_id: str
    deleted_at: datetime


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What a stream heard since the last batch, and the cursor to go on from once it is kept.

    ``cursor`` is None when the stream has no new position; it is stored in the same transaction
    as the posts, so a crash repeats the batch instead of losing it.
    """

    stream: str
    posts: tuple[HeardPost, ...] = ()
    deletions: tuple[HeardDeletion, ...] = ()
    cursor: str | None = None


class OutgoingPost(msgspec.Struct, frozen=True, kw_only=True):
    """A reply or message on its way out. ``idempotency_key`` is the same on every attempt."""

    text: str
    idempotency_key: str
    in_reply_to: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    to: Author | None = None
    lang: str | None = None
    first_attempt_at: datetime | None = None


class SentPost(msgspec.Struct, frozen=True, kw_only=True):
    """What the network says of a post that it took."""

    external_id: str
    created_at: datetime
    url: str = ""
    text: str = ""
    raw: bytes = b""
