"""A brand with colleagues, a place to talk and customers who post: for tests of the screens."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client

from cornbread.care.models import Conversation
from cornbread.channels.actions import keep
from cornbread.channels.contract import Connected
from cornbread.channels.domain.posts import Author, Batch, HeardPost, Visibility
from cornbread.channels.models import Channel, SandboxPost
from cornbread.foundation import clock
from cornbread.foundation.jobs import drain
from cornbread.listening.intake import forget_compiled, take_in
from cornbread.team.actions import add_member, create_user, create_workspace
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member, Workspace

MAYA = "Maya Lindt"
PASSWORD = "warm-skillet-and-butter"
_ids = count(1)


@dataclass
class Brand:
    """One workspace; ``owner`` is Ana."""

    workspace: Workspace
    owner: Member
    channel: Channel
    clients: dict[int, Client] = field(default_factory=dict)

    def colleague(self, name: str, role: Role = Role.AGENT) -> Member:
        """Another member."""
        user = create_user(f"member.{next(_ids)}@brand.test", PASSWORD, name=name)
        return add_member(self.workspace, user, role, by=SYSTEM)

    def client(self, member: Member | None = None) -> Client:
        """A browser in which this member is signed in."""
        member = member or self.owner
        if member.pk not in self.clients:
            client = self.clients[member.pk] = Client()
            backend = "django.contrib.auth.backends.ModelBackend"
            client.force_login(member.user, backend=backend)
        return self.clients[member.pk]

    def url(self, path: str = "") -> str:
        """An address below the inbox."""
        return f"/w/{self.workspace.slug}/inbox/{path}"

    def hears(
        self, text: str, *, who: str = MAYA, ago: float = 5, direct: bool = False, **post: Any
    ) -> Conversation:
        """A customer's post, ``ago`` minutes old, and the conversation it is in."""
        heard = self.post(text, who=who, ago=ago, direct=direct, **post)
        if self.channel.kind == "sandbox":
            self._stands_there(heard)
        take_in(self.channel, Batch(stream="test", posts=(heard,)))
        filed = Conversation.objects.filter(
            workspace=self.workspace, entries__mention__external_id=heard.external_id
        )
        for _ in range(200):  # a worker beside the test may have taken the job
            drain()
            if (one := filed.first()) is not None:
                return one
            time.sleep(0.02)
        raise AssertionError("the post went into no conversation")

    def _stands_there(self, post: HeardPost) -> None:
        """Let the sandbox know the post, so that it can be answered."""
        SandboxPost.objects.create(
            workspace_id=self.workspace.pk,
            channel_id=self.channel.pk,
            external_id=post.external_id,
            author_id=post.author.external_id,
            author_handle=post.author.handle,
            text=post.text,
            created_at=post.created_at,
            due_at=post.created_at,
            visibility=post.visibility,
            state=SandboxPost.State.POSTED,
        )

    def hears_all(self, posts: Sequence[HeardPost]) -> None:
        """Many posts at once."""
        take_in(self.channel, Batch(stream="test", posts=tuple(posts)))
        drain()

    def post(
        self, text: str, *, who: str = MAYA, ago: float = 5, direct: bool = False, **post: Any
    ) -> HeardPost:
        """A post addressed to the brand."""
        handle = "".join(letter for letter in who.lower() if letter.isalnum()) or "someone"
        at: datetime = clock.now() - timedelta(minutes=ago)
        return HeardPost(
            external_id=post.pop("external_id", f"p{next(_ids)}"),
            author=Author(external_id=f"a-{handle}", handle=f"@{handle}", name=who),
            text=text,
            created_at=post.pop("created_at", at),
            addressed=True,
            visibility=Visibility.DIRECT if direct else Visibility.PUBLIC,
            **post,
        )


def found(name: str = "Red Kite Rail", *, kind: str = "sandbox") -> Brand:
    """A new brand with an owner and one channel."""
    forget_compiled()
    user = create_user(f"ana.{next(_ids)}@brand.test", PASSWORD, name="Ana Ruiz")
    workspace = create_workspace(name, owner=user)
    owner = Member.objects.select_related("user", "workspace").get(workspace=workspace)
    handle = workspace.slug
    place = Connected(name=name, address="sandbox", external_id=f"brand-{handle}", handle=handle)
    channel = keep(kind, place, workspace_id=workspace.pk, by=SYSTEM)
    return Brand(workspace, owner, channel)
