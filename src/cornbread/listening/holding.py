"""Posts that nobody asked for, held for a while because what they hang on may still come.

As rows where a channel brings few of them, which is nearly always; what a firehose brings beyond
that waits in the memory of the process that heard it. Limits: docs/listening.md.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import msgspec
from django.db import transaction
from django.db.models import Count

from cornbread.channels.domain.posts import HeardPost
from cornbread.channels.models import Channel
from cornbread.foundation import clock, metrics
from cornbread.foundation.bulk import insert
from cornbread.foundation.lookups import keyed
from cornbread.listening.details import version_of
from cornbread.listening.domain.lingering import Allowance, Awaited, Lingering
from cornbread.listening.models import HeldPost

#: How long a row waits. Deletions that came before their posts are remembered as long.
LONGEST = timedelta(days=2)
#: Rows of one channel: so many a second on average, so many at once, and so many in all.
ROWS_A_SECOND, ROWS_AT_ONCE, MOST_ROWS = 5, 500, 10_000
#: What waits in the memory of one process.
MEMORY_BYTES, MEMORY_S = 64 * 1024 * 1024, 3_600.0

_COLUMNS = (
    *("workspace_id", "channel_id", "source", "awaits", "external_id", "version", "body"),
    "held_at",
)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(HeardPost).decode


class _Process:
    """What this process remembers."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.lingering = Lingering(MEMORY_BYTES, MEMORY_S)
        self.allowances: dict[int, Allowance] = defaultdict(
            lambda: Allowance(ROWS_A_SECOND, ROWS_AT_ONCE)
        )


_here = _Process()


def hold(channel: Channel, awaited: Mapping[str, Sequence[HeardPost]]) -> None:
    """Hold posts, given by the ids of what they hang on. In the turn to write, in which it was
    found that none of these is kept."""
    if not awaited:
        return
    now = time.monotonic()
    with _here.lock:
        left = _here.allowances[channel.pk].take(sum(map(len, awaited.values())), now)
        rows: list[tuple[str, HeardPost]] = []
        for id_, posts in awaited.items():
            if len(rows) < left:
                rows += [(id_, post) for post in posts]
            else:
                place = Awaited(channel.workspace_id, channel.source, id_)
                _count("forgotten", _here.lingering.add(place, list(posts), now))
    _insert(channel, rows)
    _count("held", len(rows))
    _count("held_in_memory", sum(map(len, awaited.values())) - len(rows))


def _insert(channel: Channel, rows: Sequence[tuple[str, HeardPost]]) -> None:
    whose, now = (channel.workspace_id, channel.pk, channel.source), clock.now()
    values = [
        (*whose, id_, post.external_id, version_of(post.edited_at), _encode(post), now)
        for id_, post in rows
    ]
    insert(HeldPost, _COLUMNS, values, unless_known=True)


def release(channel: Channel, ids: Iterable[str]) -> list[HeardPost]:
    """The posts that hang on these, which are kept now. They are held no longer once the
    transaction is committed."""
    wanted = list(ids)
    if not wanted:
        return []
    posts = _from_memory(channel, wanted) + _from_rows(channel, wanted)
    _count("kept", len(posts))
    return posts


def _from_memory(channel: Channel, ids: Iterable[str]) -> list[HeardPost]:
    with _here.lock:
        wanted = [Awaited(channel.workspace_id, channel.source, id_) for id_ in ids]
        found = _here.lingering.find(wanted)
    if found:
        transaction.on_commit(lambda: _let_go(list(found)))
    return [post for posts in found.values() for post in posts]


def _let_go(awaited: Iterable[Awaited]) -> None:
    with _here.lock:
        _here.lingering.let_go(awaited)


def _from_rows(channel: Channel, ids: Sequence[str]) -> list[HeardPost]:
    scope = {"workspace_id": channel.workspace_id, "source": channel.source}
    # Nearly always nothing waits, and then a thousand ids need not be looked up.
    if not HeldPost.objects.filter(**scope).exists():
        return []
    rows = HeldPost.objects.filter(keyed(HeldPost, "awaits", ids, **scope))
    found = list(rows.order_by("pk").values_list("pk", "body"))
    HeldPost.objects.filter(pk__among=[pk for pk, _ in found]).delete()
    return [post for _, body in found if (post := _post(bytes(body)))]


def _post(body: bytes) -> HeardPost | None:
    try:
        return _decode(body)
    except msgspec.DecodeError:  # held by an older version, in other words
        return None


def forget_held(limit: int = 1_000) -> int:
    """Let go of what waited too long or is too much for its channel, so many at a time; return
    how many that were."""
    rows = HeldPost.objects.order_by("held_at", "pk")
    ids = set(rows.filter(held_at__lt=clock.now() - LONGEST).values_list("pk", flat=True)[:limit])
    counted = HeldPost.objects.values_list("channel_id").annotate(rows=Count("pk")).order_by()
    for channel_id, count in counted:
        if count > MOST_ROWS:
            oldest = rows.filter(channel_id=channel_id).values_list("pk", flat=True)
            ids |= set(oldest[: min(count - MOST_ROWS, limit)])
    HeldPost.objects.filter(pk__among=list(ids)).delete()
    _count("forgotten", len(ids))
    return len(ids)


def _count(outcome: str, count: int) -> None:
    if count:
        metrics.HELD_POSTS.labels(outcome).inc(count)
