"""What is stored for a message: its posts and deletions, and where they belong."""

from collections.abc import Sequence

from cornbread.channels.domain.posts import Batch, HeardDeletion, HeardPost
from cornbread.listening.domain.envelope import Envelope, pack

#: The name of the stream in a channel to which posts are handed in.
STREAM = "handed in"


def record_of(
    workspace_id: int,
    channel_id: int,
    posts: Sequence[HeardPost],
    deletions: Sequence[HeardDeletion],
) -> bytes:
    """The record of one message, as ``draining`` reads it."""
    batch = Batch(stream=STREAM, posts=tuple(posts), deletions=tuple(deletions))
    return pack(Envelope(workspace_id=workspace_id, channel_id=channel_id, batch=batch))
