"""What a network is: a folder under ``networks/`` that gives one ``Network``.

A network declares its capabilities as data, says which fields connect an account, opens streams
that yield batches of heard posts with the cursor that follows them, and may have a sender.
It never touches the database (the sandbox, which *is* a small server, is the one exception).
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import msgspec

from cornbread.channels.domain.capabilities import Capabilities
from cornbread.channels.domain.posts import Author, Batch, HeardPost, OutgoingPost, SentPost


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A connected channel as a network sees it. ``secret`` is decrypted only while in use."""

    channel_id: int
    workspace_id: int
    address: str
    external_id: str = ""
    handle: str = ""
    local: bool = False
    settings: Mapping[str, Any] = {}
    secret: Mapping[str, str] = {}


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One input of the form that connects a channel of this kind."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    placeholder: str = ""


class Connected(msgspec.Struct, frozen=True, kw_only=True):
    """What connecting found out: becomes the channel's row."""

    name: str
    address: str
    external_id: str = ""
    handle: str = ""
    avatar_url: str = ""
    settings: Mapping[str, Any] = {}
    secret: Mapping[str, str] = {}
    #: Overrides of the network's capabilities that this instance announced, e.g. max_length.
    capabilities: Mapping[str, Any] = {}


class Interest(msgspec.Struct, frozen=True, kw_only=True):
    """Something the brand's watches want from a network that can search: a term or a hashtag."""

    kind: str  # "term" or "tag"
    value: str


class Session(Protocol):
    """What a stream may use while it listens."""

    @property
    def stop(self) -> threading.Event:
        """Set when the listener has to end; streams look at it at least every second."""

    def beat(self) -> None:
        """Say that the connection is alive although nothing was heard."""


class Stream(Protocol):
    """One thing to listen to. ``key`` names its cursor and never changes for the same source."""

    key: str

    def listen(self, cursor: str | None, session: Session) -> Iterator[Batch]:
        """Yield batches for ever (or until ``session.stop``); raise ChannelTrouble when it breaks.

        After a batch is yielded and the iterator is advanced, the batch has been kept.
        """


class Sender(Protocol):
    """How a network takes posts and gestures."""

    def send(self, post: OutgoingPost) -> SentPost:
        """Send it; raises ChannelTrouble. OutcomeUncertain only when the request had left."""

    def find(self, post: OutgoingPost) -> SentPost | None:
        """Look for a post whose outcome is unknown; None when it is certainly not there."""

    def favourite(self, external_id: str) -> None:
        """Mark a post as a favourite. Safe to repeat."""

    def boost(self, external_id: str) -> None:
        """Share a post with our followers. Safe to repeat."""

    def follow(self, author: Author) -> None:
        """Follow an account. Safe to repeat."""


class Network(Protocol):
    """One kind of place. Instances are stateless and shared between threads.

    A network that is no place to listen to says in ``command`` how its posts are brought in.
    """

    kind: str
    name: str
    icon: str
    #: One sentence shown where a channel of this kind is chosen.
    summary: str
    capabilities: Capabilities
    fields: Sequence[Field]

    def connect(self, values: Mapping[str, str], *, local: bool) -> Connected:
        """Check the given values against the real place; raises Refusal or ChannelTrouble."""

    def streams(self, account: Account, interests: Sequence[Interest]) -> Sequence[Stream]:
        """What to listen to for this account and what the watches look for."""

    def sender(self, account: Account) -> Sender | None:
        """How to post there; None where one can only listen."""

    def fetch_post(self, account: Account, external_id: str) -> HeardPost | None:
        """The present state of one post, e.g. a missing parent; None when gone or not offered."""


@runtime_checkable
class Reparses(Protocol):
    """A network that keeps payloads, and can read them again when its parser has learned."""

    def reparse(self, account: Account, raw: bytes) -> HeardPost | None:
        """The post of a payload; None where this cannot be read. Asks nobody."""


NetworkFactory = Callable[[], Network]
