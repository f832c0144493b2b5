"""Posts of the sandbox as rows, and rows as the values that listeners and senders know."""

import uuid
from datetime import datetime

from cornbread.channels.contract import Account
from cornbread.channels.domain.posts import (
    Author,
    HeardPost,
    OutgoingPost,
    SentPost,
    Visibility,
)
from cornbread.channels.networks.sandbox.script import Scripted
from cornbread.channels.sandbox_models import SandboxPost

_State = SandboxPost.State


def row_of_script(account: Account, post: Scripted, *, posted: bool) -> SandboxPost:
    """A scripted post, for now only scheduled unless it was posted long ago."""
    author = post.author
    return SandboxPost(
        workspace_id=account.workspace_id,
        channel_id=account.channel_id,
        external_id=post.external_id,
        author_id=author.id if author else account.external_id,
        author_handle=author.handle if author else account.handle,
        author_name=author.name if author else "",
        author_followers=author.followers if author else None,
        text=post.text,
        lang=author.lang if author else "",
        created_at=post.at,
        due_at=post.at,
        in_reply_to=post.in_reply_to,
        visibility=Visibility.DIRECT if post.direct else Visibility.PUBLIC,
        addressed=post.addressed and author is not None,
        ours=author is None,
        script_key=post.step.key() if post.step else "",
        state=_State.POSTED if posted else _State.SCHEDULED,
    )


def row_of_reply(
    account: Account, reply: OutgoingPost, *, now: datetime, number: int
) -> SandboxPost:
    """A post of ours, already posted under this number."""
    return SandboxPost(
        workspace_id=account.workspace_id,
        channel_id=account.channel_id,
        external_id=uuid.uuid4().hex,
        author_id=account.external_id,
        author_handle=account.handle,
        text=reply.text,
        lang=reply.lang or "",
        created_at=now,
        due_at=now,
        in_reply_to=reply.in_reply_to or "",
        visibility=reply.visibility,
        ours=True,
        state=_State.POSTED,
        seq=number,
        idempotency_key=reply.idempotency_key,
    )


def heard(row: SandboxPost) -> HeardPost:
    """A post in the product's words."""
    author = Author(
        external_id=row.author_id,
        handle=row.author_handle,
        name=row.author_name,
        followers=row.author_followers,
    )
    return HeardPost(
        external_id=row.external_id,
        author=author,
        text=row.text,
        created_at=row.created_at,
        ours=row.ours,
        addressed=row.addressed,
        in_reply_to=row.in_reply_to or None,
        visibility=Visibility(row.visibility),
        lang=row.lang or None,
    )


def as_heard(account: Account, post: Scripted) -> HeardPost:
    """A scripted post as a listener of this account would hear it."""
    return heard(row_of_script(account, post, posted=True))


def sent(row: SandboxPost) -> SentPost:
    """What the network says of a post it took."""
    return SentPost(external_id=row.external_id, created_at=row.created_at, text=row.text)
