"""Handing in again what was set aside, once its cause is mended."""

from collections.abc import Collection, Sequence
from enum import StrEnum

import msgspec
from django.conf import settings

from cornbread.channels.queries import known_channels
from cornbread.foundation import spool
from cornbread.foundation.spool import SetAside
from cornbread.listening.domain.envelope import Envelope, unpack
from cornbread.listening.receiving.spooling import root


class Fate(StrEnum):
    """What can be done with a record."""

    READY = "ready"
    UNREADABLE = "unreadable"
    NO_CHANNEL = "no_channel"


class Aside(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was set aside. ``posts`` counts deletions, too; what they say is not shown."""

    name: str
    at: str
    reason: str
    bytes: int
    fate: Fate
    channel_id: int | None = None
    posts: int = 0


def all_aside() -> list[Aside]:
    """What was set aside on this machine, oldest first, and what can be done with it now."""
    found = [(one, _opened(one.record)) for one in spool.all_set_aside(root())]
    channels = known_channels({envelope.channel_id for _, envelope in found if envelope})
    told = []
    for one, envelope in found:
        whose = channels.get(envelope.channel_id) if envelope else None
        there = bool(whose and envelope and whose.workspace_id == envelope.workspace_id)
        told.append(_aside(one, envelope, there=there))
    return told


def hand_in_again(names: Collection[str]) -> int:
    """Let these be taken in again, as if they had just arrived; return how many that were.

    They leave the file once they are durable in the spool. A crash in between leaves them in
    both, which doubles no post.
    """
    chosen: Sequence[SetAside] = [
        one for one in spool.all_set_aside(root()) if one.name in names and _opened(one.record)
    ]
    if not chosen:
        return 0
    writer = spool.open_writer(root(), most_bytes=settings.SPOOL_MB * 1024 * 1024)
    try:
        writer.write([one.record for one in chosen])
    finally:
        writer.close()
    spool.let_go(root(), {one.name for one in chosen})
    return len(chosen)


def _opened(record: bytes) -> Envelope | None:
    try:
        return unpack(record)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _aside(one: SetAside, envelope: Envelope | None, *, there: bool) -> Aside:
    told = Aside(
        name=one.name,
        at=one.at,
        reason=one.reason,
        bytes=len(one.record),
        fate=Fate.UNREADABLE,
    )
    if envelope is None:
        return told
    return msgspec.structs.replace(
        told,
        fate=Fate.READY if there else Fate.NO_CHANNEL,
        channel_id=envelope.channel_id,
        posts=len(envelope.batch.posts) + len(envelope.batch.deletions),
    )


def discard(names: Collection[str]) -> int:
    """Throw these away for good; return how many there were."""
    there = {one.name for one in spool.all_set_aside(root())} & set(names)
    if there:
        spool.let_go(root(), there)
    return len(there)
