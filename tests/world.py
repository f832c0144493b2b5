"""A small world for tests: a brand, its people, a scripted network, and posts that are heard."""

import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from types import ModuleType
from typing import Any

import msgspec
import pytest

from cornbread.care.models import Conversation, Entry
from cornbread.channels import actions as channels
from cornbread.channels import registry
from cornbread.channels.contract import Account, Connected, Field, Interest, Sender, Stream
from cornbread.channels.domain.capabilities import Capabilities
from cornbread.channels.domain.posts import (
    Author,
    Batch,
    HeardDeletion,
    HeardPost,
    OutgoingPost,
    SentPost,
    Visibility,
)
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.jobs import drain
from cornbread.listening.intake import forget_compiled, take_in
from cornbread.listening.writing import Kept
from cornbread.outbound.models import Delivery
from cornbread.team import actions as team
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member, User, Workspace

#: When the stories of the tests begin, long ago.
THEN = datetime(2026, 3, 2, 22, 10, tzinfo=UTC)
HOST = "pretend.example"
_numbers = count(1)


def workspace(name: str = "Red Kite Rail") -> Workspace:
    """A brand without people."""
    forget_compiled()
    return team.create_workspace(name)


def member(brand: Workspace, role: Role = Role.AGENT, name: str = "") -> Member:
    """A new colleague."""
    name = name or role.value
    user = User.objects.create(email=f"{name.lower()}-{next(_numbers)}@brand.example", name=name)
    team.add_member(brand, user, role, by=SYSTEM)
    return Member.objects.select_related("user", "workspace").get(workspace=brand, user=user)


def everybody(brand: Workspace) -> dict[Role, Member]:
    """A colleague of every role."""
    return {role: member(brand, role) for role in Role}


def channel(brand: Workspace, handle: str = "redkite", kind: str = "pretend") -> Channel:
    """A connected account of the brand."""
    found = Connected(
        name=f"@{handle}",
        address=f"https://{HOST}",
        external_id=f"brand-{handle}",
        handle=handle,
        secret={"token": "t"},
    )
    return channels.keep(kind, found, workspace_id=brand.pk, by=SYSTEM)


def post(
    id_: str,
    text: str = "The train is stuck",
    *,
    by: str = "ana",
    to: str | None = None,
    at: datetime | float = 0,
    **more: Any,
) -> HeardPost:
    """A customer's post to us; ``to`` is the post it answers, ``at`` a time or minutes."""
    moment = at if isinstance(at, datetime) else THEN + timedelta(minutes=at)
    values: dict[str, Any] = {"addressed": True, **more}
    author = Author(external_id=f"id-{by}", handle=by, name=by.capitalize())
    return HeardPost(
        external_id=id_, author=author, text=text, created_at=moment, in_reply_to=to, **values
    )


def answer(
    id_: str,
    to: str | None,
    text: str = "We are on our way",
    *,
    at: float | datetime = 0,
    **more: Any,
) -> HeardPost:
    """A post of the brand's own account, written somewhere else than here."""
    moment = at if isinstance(at, datetime) else THEN + timedelta(minutes=at)
    author = more.pop("author", Author(external_id="brand-redkite", handle="redkite", name="Kite"))
    return HeardPost(
        external_id=id_,
        author=author,
        text=text,
        created_at=moment,
        in_reply_to=to,
        ours=True,
        **more,
    )


def direct(heard: HeardPost, *, to: str = "redkite") -> HeardPost:
    """The same as a direct message."""
    return msgspec.structs.replace(heard, visibility=Visibility.DIRECT, addressed_to=(to,))


def edited(heard: HeardPost, text: str, *, at: float) -> HeardPost:
    """A later version of a post."""
    return msgspec.structs.replace(heard, text=text, edited_at=THEN + timedelta(minutes=at))


def hear(place: Channel, *posts: HeardPost, follow_up: bool = True, **batch: Any) -> Kept:
    """Posts arrive in one batch, and the rooms ahead follow."""
    kept = take_in(place, Batch(stream="test", posts=posts, **batch))
    if follow_up:
        catch_up()
    return kept


def take_back(place: Channel, *ids: str, at: float) -> Kept:
    """The network says that posts were deleted."""
    moment = THEN + timedelta(minutes=at)
    gone = tuple(HeardDeletion(external_id=id_, deleted_at=moment) for id_ in ids)
    return hear(place, deletions=gone)


def catch_up() -> int:
    """Let all reactions run."""
    return drain(queues=["reactions"])


def send_all(within: timedelta = timedelta(0)) -> int:
    """Let everything be sent that is due within a time, and the rooms ahead follow."""
    ran = drain(queues=["outbound"], until=clock.now() + within if within else None)
    return ran + catch_up()


def conversations(brand: Workspace) -> list[Conversation]:
    """All conversations that were not merged into others, oldest first."""
    return list(Conversation.objects.filter(workspace=brand, merged_into=None).order_by("pk"))


def conversation(brand: Workspace) -> Conversation:
    """The only conversation."""
    (only,) = conversations(brand)
    return only


def ids_in(one: Conversation) -> list[str]:
    """External ids of the messages of a conversation, in order."""
    said = Entry.objects.filter(conversation=one, kind__startswith="message_")
    ids = [
        row.mention.external_id if row.mention else row.external_id
        for row in said.select_related("mention").order_by("at", "pk")
    ]
    return [id_ for id_ in ids if id_]


def kinds_in(one: Conversation) -> list[str]:
    """What happened in a conversation, in order."""
    return [row.kind for row in Entry.objects.filter(conversation=one).order_by("at", "pk")]


def placed(brand: Workspace) -> dict[tuple[str, ...], str]:
    """The customer of each conversation by the messages in it."""
    return {
        tuple(sorted(ids_in(one))): one.identity.external_id.removeprefix("id-")
        for one in conversations(brand)
    }


class Killed(BaseException):
    """The process dies at this very point: nothing catches this."""


Fault = Callable[[OutgoingPost], None]


class Pretend:
    """A scripted network. ``before`` and ``after`` are what goes wrong, one thing per request."""

    kind = "pretend"
    name = "Pretend"
    icon = "flask"
    summary = "A network for tests."
    fields: Sequence[Field] = (Field(name="token", label="Token", secret=True),)

    def __init__(self) -> None:
        self.capabilities = Capabilities(
            reply_public=True,
            reply_direct=True,
            idempotent_send=True,
            finds_sent=True,
            hears_own_posts=True,
            # The stories of the tests are old, and told as if they happened now.
            tells_history=True,
            max_length=100,
        )
        self.requests: list[OutgoingPost] = []
        self.looks = 0
        self.posted: list[OutgoingPost] = []
        self.before: deque[BaseException] = deque()
        self.after: deque[BaseException] = deque()
        self.finding: deque[BaseException] = deque()
        self.open_streams: Callable[[Account, Sequence[Interest]], Sequence[Stream]] = (
            lambda account, interests: ()
        )

    def can(self, **able: Any) -> None:
        """Change what the network is able to do."""
        self.capabilities = msgspec.structs.replace(self.capabilities, **able)

    def connect(self, values: Mapping[str, str], *, local: bool) -> Connected:
        """Any token but ``wrong`` is good."""
        return Connected(
            name="@redkite",
            address=f"https://{HOST}",
            external_id="brand-redkite",
            handle="redkite",
            secret={"token": values["token"]},
        )

    def streams(self, account: Account, interests: Sequence[Interest]) -> Sequence[Stream]:
        """What the test wants to be heard."""
        return self.open_streams(account, interests)

    def sender(self, account: Account) -> Sender | None:
        """Itself."""
        return self if self.capabilities.can_reply else None

    def send(self, post: OutgoingPost) -> SentPost:
        """Take a post, unless something goes wrong before; tell so, unless it does after."""
        self.requests.append(post)
        if self.before:
            raise self.before.popleft()
        known = {one.idempotency_key for one in self.posted}
        if not (self.capabilities.idempotent_send and post.idempotency_key in known):
            self.posted.append(post)
        if self.after:
            raise self.after.popleft()
        return self._sent(post)

    def find(self, post: OutgoingPost) -> SentPost | None:
        """Whether it is there."""
        self.looks += 1
        if self.finding:
            raise self.finding.popleft()
        there = post.idempotency_key in {one.idempotency_key for one in self.posted}
        return self._sent(post) if there else None

    def _sent(self, post: OutgoingPost) -> SentPost:
        return SentPost(external_id=f"sent-{post.idempotency_key[:8]}", created_at=clock.now())

    def favourite(self, external_id: str) -> None:
        """Not needed."""

    def boost(self, external_id: str) -> None:
        """Not needed."""

    def follow(self, author: Author) -> None:
        """Not needed."""

    def fetch_post(self, account: Account, external_id: str) -> HeardPost | None:
        """Nothing more is known."""
        return None


@pytest.fixture(name="pretend")
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pretend]:
    """The scripted network, registered like any other for the length of a test."""
    module = ModuleType("cornbread.channels.networks.pretend")
    network = Pretend()
    module.network = network  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(registry, "KINDS", (*registry.KINDS, "pretend"))
    registry.network.cache_clear()
    yield network
    registry.network.cache_clear()


def heard_back(delivery: Delivery, **more: Any) -> HeardPost:
    """The post that our reply became, as the network tells it to our own ears."""
    delivery.refresh_from_db()
    return answer(
        delivery.external_id or f"sent-{delivery.idempotency_key[:8]}",
        delivery.in_reply_to,
        delivery.text,
        at=clock.now(),
        visibility=Visibility(delivery.visibility),
        **more,
    )


def moments(minutes: Sequence[float]) -> list[datetime]:
    """Times of the story."""
    return [THEN + timedelta(minutes=one) for one in minutes]
