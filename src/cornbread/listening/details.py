"""What is kept beside a mention: which watches caught it, and every version as it was sent."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from cornbread.channels.domain.posts import HeardPost
from cornbread.listening.domain.intake import Candidate
from cornbread.listening.models import Catch, Mention, Payload

#: How the version of a post that was never edited is called.
FIRST_VERSION = "first"


def keep_details(made: Sequence[Mention], new: Sequence[Candidate], now: datetime) -> None:
    """Keep catches and payloads of new mentions."""
    pairs = list(zip(made, new, strict=True))
    keep_catches(pairs)
    payloads = [payload_of(mention, one.post, now) for mention, one in pairs if one.post.raw]
    Payload.objects.bulk_create(payloads, ignore_conflicts=True)


def keep_catches(pairs: Iterable[tuple[Mention, Candidate]]) -> None:
    """Keep which watches caught what; known already is fine."""
    catches = [
        Catch(workspace_id=mention.workspace_id, watch_id=watch, mention=mention)
        for mention, one in pairs
        for watch in one.watches
    ]
    Catch.objects.bulk_create(catches, ignore_conflicts=True)


def payload_of(mention: Mention, post: HeardPost, now: datetime) -> Payload:
    """The version of a mention that this post is."""
    return Payload(
        workspace_id=mention.workspace_id,
        mention=mention,
        version=version_of(post.edited_at),
        text=post.text,
        body=post.raw,
        heard_at=now,
    )


def version_of(edited_at: datetime | None) -> str:
    """How a version is called: by the time of its edit."""
    return edited_at.astimezone(UTC).isoformat() if edited_at else FIRST_VERSION
