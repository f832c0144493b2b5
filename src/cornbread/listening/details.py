"""What is kept beside a mention: which watches caught it, and every version as it was sent."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from cornbread.foundation.bulk import insert
from cornbread.listening.domain.intake import Candidate
from cornbread.listening.models import Catch, Payload

#: How the version of a post that was never edited is called.
FIRST_VERSION = "first"


_CATCH = ("workspace_id", "watch_id", "mention_id")
_PAYLOAD = ("workspace_id", "mention_id", "version", "text", "body", "heard_at")


class Version(msgspec.Struct, frozen=True):
    """The words of a mention at one time, and how the network sent them (empty: not known)."""

    mention_id: int
    edited_at: datetime | None
    text: str
    body: bytes
    heard_at: datetime


def keep_details(
    workspace_id: int, ids: Sequence[int], new: Sequence[Candidate], now: datetime
) -> None:
    """Keep catches and payloads of new mentions, which nobody can know before."""
    pairs = list(zip(ids, new, strict=True))
    insert(Catch, _CATCH, _catches(workspace_id, pairs))
    payloads = [
        (workspace_id, id_, version_of(one.post.edited_at), one.post.text, one.post.raw, now)
        for id_, one in pairs
        if one.post.raw
    ]
    insert(Payload, _PAYLOAD, payloads)


def keep_catches(workspace_id: int, pairs: Iterable[tuple[int, Candidate]]) -> None:
    """Keep which watches caught what; known already is fine."""
    insert(Catch, _CATCH, _catches(workspace_id, pairs), unless_known=True)


def keep_versions(workspace_id: int, versions: Iterable[Version]) -> None:
    """Keep versions; what is kept already, perhaps with a payload of its own, stays as it is."""
    rows = [
        (workspace_id, one.mention_id, version_of(one.edited_at), one.text, one.body, one.heard_at)
        for one in versions
    ]
    insert(Payload, _PAYLOAD, rows, unless_known=True)


def _catches(
    workspace_id: int, pairs: Iterable[tuple[int, Candidate]]
) -> list[tuple[int, int, int]]:
    return [(workspace_id, watch, id_) for id_, one in pairs for watch in one.watches]


def version_of(edited_at: datetime | None) -> str:
    """How a version is called: by the time of its edit."""
    return edited_at.astimezone(UTC).isoformat() if edited_at else FIRST_VERSION
