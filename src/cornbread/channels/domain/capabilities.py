"""What a network can do, as data: code asks for a capability, never for a network's name."""

from enum import StrEnum

import msgspec


class Counting(StrEnum):
    """How a network counts the length of a post."""

    PLAIN = "plain"
    MASTODON = "mastodon"


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """Everything defaults to "cannot", so that a new network promises only what it proves."""

    reply_public: bool = False
    reply_direct: bool = False
    favourite: bool = False
    boost: bool = False
    follow: bool = False
    hears_edits: bool = False
    hears_deletions: bool = False
    hears_own_posts: bool = False
    searches: bool = False
    #: Posts are handed in to us, as signed requests; nothing is listened to.
    receives: bool = False
    #: Repeating a request with the same key cannot send twice.
    idempotent_send: bool = False
    #: After an unknown outcome the network can be asked whether the post is there.
    finds_sent: bool = False
    #: A reply has to name whom it answers; the sender puts the handle in front where it is missing.
    names_recipient: bool = False
    #: Old posts come on purpose, so that their age says nothing of how they were heard.
    tells_history: bool = False
    max_length: int | None = None
    counting: Counting = Counting.PLAIN

    @property
    def can_reply(self) -> bool:
        """Whether anything can be answered here at all."""
        return self.reply_public or self.reply_direct
