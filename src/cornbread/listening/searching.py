"""The index that finds messages by their words, newest first.

On SQLite it is an FTS5 table beside the mentions that is written here; on PostgreSQL a column of
the mentions that the database works out itself. Both are made in the migration ``search``.

One FTS5 table serves all workspaces: the row of a mention has the workspace in the upper bits of
its number and the mention's id in the lower. So a workspace is a range of rows, in the order of
hearing, and a small one never waits for the many hits of a big one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection, transaction

from cornbread.foundation.db import is_postgresql
from cornbread.listening.domain.wording import LONGEST, Part, Wording, fold
from cornbread.listening.models import Mention

#: Room for a trillion mentions, and for eight million workspaces.
ID_BITS = 40
_IDS = (1 << ID_BITS) - 1

#: So many hits are looked at for one page, when few of them are the reader's to see.
FURTHEST = 3000
_CHUNK = 1000

T = TypeVar("T")

_INSERT = "INSERT OR REPLACE INTO listening_search (rowid, text) VALUES (%s, %s)"
_MISSING = (
    "SELECT COUNT(*) FROM (SELECT id, workspace_id FROM listening_mention WHERE deleted_at IS NULL "
    "ORDER BY id DESC LIMIT %s) AS newest WHERE NOT EXISTS (SELECT 1 FROM listening_search_docsize "
    "WHERE id = (newest.workspace_id << %s) + newest.id)"
)
_FIND = (
    "SELECT rowid & %s FROM listening_search WHERE listening_search MATCH %s "
    "AND rowid BETWEEN %s AND %s ORDER BY rowid DESC LIMIT %s"
)
_FIND_PG = (
    "SELECT id FROM listening_mention WHERE workspace_id = %s AND id < %s "
    "AND deleted_at IS NULL AND words @@ ({}) ORDER BY id DESC LIMIT %s"
)


def index_mentions(workspace_id: int, texts: Iterable[tuple[int, str]]) -> None:
    """Make mentions findable by what they say now: pairs of id and text, new or edited.

    Belongs into the transaction that wrote the texts. Ascending ids are written fastest.
    """
    if is_postgresql():
        return
    base = workspace_id << ID_BITS
    rows = [(base + id_, fold(text[:LONGEST])) for id_, text in texts]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)


def forget_mentions(workspace_id: int, ids: Iterable[int]) -> None:
    """Let mentions be found no more, as when their authors took them back."""
    if is_postgresql():
        return
    base = workspace_id << ID_BITS
    with connection.cursor() as cursor:
        cursor.executemany(
            "DELETE FROM listening_search WHERE rowid = %s", [(base + id_,) for id_ in ids]
        )


def missing(of_newest: int = 100_000) -> int:
    """How many of the messages that were heard last cannot be found; for the doctor."""
    if is_postgresql():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [of_newest, ID_BITS])
        return int(cursor.fetchone()[0])


def rebuild() -> int:
    """Index every message of every workspace anew; how many that were. Safe to run again."""
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("REINDEX INDEX mention_words")
        return Mention.objects.filter(deleted_at=None).count()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO listening_search(listening_search) VALUES('delete-all')")
        found = Mention.objects.filter(deleted_at=None).order_by("pk")
        count, last = 0, 0
        while rows := list(
            found.filter(pk__gt=last).values_list("workspace_id", "pk", "text")[:5000]
        ):
            numbered = [
                ((brand << ID_BITS) + id_, fold(text[:LONGEST])) for brand, id_, text in rows
            ]
            cursor.executemany(_INSERT, sorted(numbered))
            count, last = count + len(rows), rows[-1][1]
        return count


def newest(
    wording: Wording, workspace_id: int, *, before: int | None = None, limit: int = 50
) -> list[int]:
    """The ids of the mentions that fit and were heard last, latest first.

    ``before`` goes on after an id of an earlier answer. Whoever calls decides which of them the
    reader may see. On SQLite, mentions that were deleted from the database may still be named.
    """
    before = _IDS if before is None else min(max(before, 0), _IDS)
    with connection.cursor() as cursor:
        if is_postgresql():
            query, values = _tsquery(wording)
            # Only names from this module are put in; what was typed is bound.
            cursor.execute(_FIND_PG.format(query), [workspace_id, before, *values, limit])
        else:
            base = workspace_id << ID_BITS
            cursor.execute(_FIND, [_IDS, _match(wording), base, base + before - 1, limit])
        return [int(row[0]) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Found(Generic[T]):
    """A page of hits, latest heard first, and the id after which it goes on; None at the end.

    A page may be short, or empty, and go on all the same: see ``FURTHEST``.
    """

    hits: tuple[T, ...]
    before: int | None = None


def search(
    wording: Wording,
    workspace_id: int,
    show: Callable[[Sequence[int]], Mapping[int, T]],
    *,
    before: int | None = None,
    limit: int = 50,
) -> Found[T]:
    """The newest hits that ``show`` gives for their ids: those that the reader may see."""
    hits: list[T] = []
    last, looked, size = 0, 0, limit + 1
    while True:
        ids = newest(wording, workspace_id, before=before, limit=size)
        shown = show(ids) if ids else {}
        for id_ in ids:
            if id_ not in shown:
                continue
            if len(hits) == limit:
                return Found(tuple(hits), last)
            hits.append(shown[id_])
            last = id_
        if len(ids) < size:
            return Found(tuple(hits))
        before, looked, size = ids[-1], looked + size, _CHUNK
        if looked >= FURTHEST:
            return Found(tuple(hits), before)


def _match(wording: Wording) -> str:
    """The wording in the language of FTS5. Words are letters and digits only, so quotes hold."""
    wanted = " AND ".join(map(_fts, wording.wanted))
    unwanted = "".join(f" NOT {_fts(part)}" for part in wording.unwanted)
    return f"({wanted}){unwanted}"


def _fts(part: Part) -> str:
    return f'"{part.text}"' + (" *" if part.begins else "")


def _tsquery(wording: Wording) -> tuple[str, Sequence[Any]]:
    """The wording as an expression of PostgreSQL and the values bound in it."""
    sql: list[str] = []
    values: list[str] = []
    for part in (*wording.wanted, *wording.unwanted):
        whole = part.words[:-1] if part.begins else part.words
        pieces = ["phraseto_tsquery('simple', %s)"] if whole else []
        values += [" ".join(whole)] if whole else []
        if part.begins:
            pieces.append("%s::tsquery")
            values.append(f"'{part.words[-1]}':*")
        one = " <-> ".join(pieces)
        sql.append(f"!!({one})" if part.without else f"({one})")
    return " && ".join(sql), values
