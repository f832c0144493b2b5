"""What open pages hear about: recorded live events, in the order of their ids, none left out.

A reader remembers the last id it got and asks for what came after. On PostgreSQL that needs
care: ids are given out when a row is inserted, but rows become visible when their transaction
commits, so 8 may be visible while 7 is still on its way, and a reader that went on from 8 would
never see 7. Neither the xid of a row nor its time helps, since both may be ordered differently
from the ids.

So before its first id, a transaction takes a *shared* advisory lock whose number is the place
that the sequence has reached: "my ids come after this". Writers never wait for one another. A
reader (1) notes the sequence, (2) looks up the lowest place still locked, (3) reads only up to
the smaller of the two. An id below that belongs to a transaction that took its lock before (1)
and had let go of it by (2): it is committed or rolled back, and (3) sees which.

On SQLite ids are given out under the write lock, so they become visible in order.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from cornbread.foundation.db import is_postgresql
from cornbread.foundation.models import EventRecord

_HALF = 2**31
#: Places are marked in steps, so that a transaction with many events holds few locks.
_STEP = 16


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """A recorded event as open pages get it."""

    id: int
    workspace_id: int
    kind: str
    payload: dict[str, Any]
    created_at: datetime


def events_after(workspace_id: int, after_id: int, limit: int = 500) -> list[LiveEvent]:
    """The workspace's live events after this id, oldest first.

    Going on from the last id of the answer misses nothing and repeats nothing.
    """
    live = EventRecord.objects.filter(workspace_id=workspace_id, live=True, id__gt=after_id)
    if is_postgresql():
        live = live.filter(id__lte=_settled_id(workspace_id))
    return [
        LiveEvent(row.id, row.workspace_id, row.kind, row.payload, row.created_at)
        for row in live.order_by("id")[:limit]
    ]


def latest_id(workspace_id: int) -> int:
    """Where a reader begins that only wants what is still to come."""
    live = EventRecord.objects.filter(workspace_id=workspace_id, live=True)
    if is_postgresql():
        live = live.filter(id__lte=_settled_id(workspace_id))
    return live.order_by("-id").values_list("id", flat=True).first() or 0


def mark_place(workspace_id: int) -> None:
    """Called inside a transaction before it records a live event: its id comes after this place."""
    if not is_postgresql():
        return
    with connection.cursor() as cursor:
        # The lock is taken after the place is read and before the id is given out.
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, ((last_value / %s) %% %s)::int) "
            "FROM foundation_eventrecord_id_seq",
            [workspace_id % _HALF, _STEP, _HALF],
        )


def _settled_id(workspace_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM foundation_eventrecord_id_seq")
        reached = int(cursor.fetchone()[0])
        # Our own transaction sees its own rows, so it need not wait for itself.
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND classid::bigint = %s AND pid <> pg_backend_pid()",
            [workspace_id % _HALF],
        )
        places = [int(row[0]) for row in cursor.fetchall()]
    return settled(reached, places)


def settled(reached: int, places: list[int]) -> int:
    """The last id that no transaction under way can still bring: the pure part.

    ``reached`` is where the sequence stands, ``places`` the locked places. A place is a step
    number modulo 2^31; of the steps it may stand for it is the one nearest to ``reached``.
    """
    step = reached // _STEP
    behind = [(step - place + _HALF // 2) % _HALF - _HALF // 2 for place in places]
    return min([reached, *((step - steps) * _STEP - 1 for steps in behind)])
