"""Grouping copies into waves, soon after intake and off its path.

Each worker holds an index of what was said in the last 48 hours for the workspaces it works for.
It is a cache: waves themselves are rows, whoever works reads them under the workspace's turn, and
an index that is not there (after a restart, or in another worker) is filled from the mentions.
Only public posts of others that were heard within the window are grouped; what a back-fill
brings of older days is no wave of now.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from cornbread.foundation import clock
from cornbread.foundation.db import serialise, update_each
from cornbread.foundation.reading import values
from cornbread.listening.domain.copies import MOST, WINDOW_S, Copies, united
from cornbread.listening.models import Mention, Wave

#: Texts in the indexes of all workspaces together; beyond it whole indexes are dropped, those
#: used longest ago first, and filled anew when they are needed: about 150 MB.
MOST_IN_ALL = 2 * MOST
#: Rows of one statement; databases limit the values of one.
CHUNK = 500

Row = tuple[int, str, list[str], datetime]


class _Index:
    """The index of a workspace, and up to which mention it knows them all."""

    def __init__(self) -> None:
        self.copies = Copies()
        self.known_to = 0
        #: Looked at before the event that tells of them was followed.
        self.ahead: set[int] = set()
        #: A post that was put into a wave last, and the wave: if it is not in there, then that
        #: transaction was undone, and the index knows posts whose waves were never kept.
        self.last_joined: tuple[int, int] | None = None

    def holds(self) -> bool:
        """Whether what was done with this index is in the database."""
        if self.last_joined is None:
            return True
        post, wave = self.last_joined
        return Mention.objects.filter(pk=post, wave_id=wave).exists()

    def look_at(self, rows: Iterable[Row]) -> list[tuple[int, int]]:
        """Add posts; return pairs of posts that are alike."""
        pairs = []
        for id_, text, links, at in rows:
            alike = self.copies.add(id_, text, links, at.timestamp())
            pairs += [(id_, other) for other in alike]
            self.known_to = max(self.known_to, id_)
        return pairs


_indexes: OrderedDict[int, _Index] = OrderedDict()
_lock = threading.Lock()


def forget_copies() -> None:
    """Fill the indexes anew when they are next needed; for tests."""
    with _lock:
        _indexes.clear()


@transaction.atomic
def group_copies(workspace_id: int, mention_ids: Iterable[int]) -> None:
    """Put these mentions, and what came since, into the waves they belong to. Safe to repeat."""
    asked = set(mention_ids)
    with _lock:
        recent = _recent(workspace_id)
        index = _index(workspace_id, recent)
        wanted = asked - index.ahead
        new = list(_rows(recent.filter(pk__gt=index.known_to).order_by("pk")))
        came = {row[0] for row in new}
        index.ahead = (index.ahead - asked) | (came - asked)
        pairs = index.look_at(new)
        for chunk in _chunks(sorted(wanted - came)):
            pairs += index.look_at(_rows(recent.filter(pk__in=chunk)))
        index.last_joined = None
        if pairs:
            # Looking is for each worker by itself; waves are read, and grow, in turn.
            serialise("listening.copies", workspace_id)
            index.last_joined = _keep(workspace_id, pairs)
        _drop_unused()


def _recent(workspace_id: int) -> QuerySet[Mention]:
    since = clock.now() - timedelta(seconds=WINDOW_S)
    return Mention.objects.filter(
        workspace_id=workspace_id,
        posted_at__gte=since,
        ours=False,
        visibility="public",
        deleted_at=None,
    )


def _rows(found: QuerySet[Mention]) -> Iterable[Row]:
    return values(found.values_list("pk", "text", "links", "posted_at"))


def _index(workspace_id: int, recent: QuerySet[Mention]) -> _Index:
    """The index, filled from what is kept when it is new."""
    index = _indexes.get(workspace_id)
    if index is None or not index.holds():
        index = _indexes[workspace_id] = _Index()
        newest = list(_rows(recent.order_by("-posted_at", "-pk")[:MOST]))
        index.look_at(reversed(newest))
    _indexes.move_to_end(workspace_id)
    return index


def _drop_unused() -> None:
    while len(_indexes) > 1 and sum(len(one.copies) for one in _indexes.values()) > MOST_IN_ALL:
        _indexes.popitem(last=False)


def _keep(workspace_id: int, pairs: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Make, let grow and unite waves, so that each group of alike posts is one.

    Returns one of the posts that changed its wave, and the wave.
    """
    groups = united(pairs)
    posts = _posts([id_ for group in groups for id_ in group])
    waves = Wave.objects.in_bulk({wave for wave, _ in posts.values() if wave is not None})
    growing: list[tuple[Wave, list[int]]] = []
    gone: dict[int, Wave] = {}
    last: tuple[int, Wave] | None = None
    for group in _joined(groups, posts):
        joining = [id_ for id_ in group if posts[id_][0] is None]
        theirs = sorted({known for id_ in group if (known := posts[id_][0]) is not None})
        if not joining and len(theirs) < 2:
            continue
        moments = [posts[id_][1] for id_ in joining]
        wave = waves[theirs[0]] if theirs else _new(workspace_id, moments)
        _grow(wave, len(joining), moments, [waves[id_] for id_ in theirs[1:]])
        gone.update(dict.fromkeys(theirs[1:], wave))
        growing.append((wave, joining))
        moved = joining or [id_ for id_ in group if posts[id_][0] in theirs[1:]]
        last = (moved[0], wave)
    _write(growing, gone)
    return (last[0], last[1].pk) if last else None


def _grow(wave: Wave, count: int, moments: Sequence[datetime], others: Sequence[Wave]) -> None:
    """By so many posts of these moments, and by other waves that are the same one."""
    wave.size += count + sum(one.size for one in others)
    wave.first_at = min([wave.first_at, *moments, *(one.first_at for one in others)])
    wave.last_at = max([wave.last_at, *moments, *(one.last_at for one in others)])


def _write(growing: Sequence[tuple[Wave, Sequence[int]]], gone: Mapping[int, Wave]) -> None:
    known = [wave for wave, _ in growing if wave.pk is not None]
    Wave.objects.bulk_create(wave for wave, _ in growing if wave.pk is None)
    update_each(known, ("size", "first_at", "last_at"))
    joined = [Mention(pk=id_, wave=wave) for wave, ids in growing for id_ in ids]
    update_each(sorted(joined, key=lambda one: one.pk), ("wave",))
    for old, wave in gone.items():
        Mention.objects.filter(wave_id=old).update(wave=wave)
    Wave.objects.filter(pk__in=list(gone)).delete()


def _new(workspace_id: int, moments: Sequence[datetime]) -> Wave:
    return Wave(workspace_id=workspace_id, first_at=min(moments), last_at=max(moments))


def _posts(ids: Sequence[int]) -> dict[int, tuple[int | None, datetime]]:
    """The wave of each post and when it was posted; without posts that are gone."""
    found: dict[int, tuple[int | None, datetime]] = {}
    for chunk in _chunks(ids):
        rows = Mention.objects.filter(pk__in=chunk).values_list("pk", "wave_id", "posted_at")
        found.update({id_: (wave, at) for id_, wave, at in rows})
    return found


def _joined(
    groups: Sequence[Sequence[int]], posts: dict[int, tuple[int | None, datetime]]
) -> list[list[int]]:
    """Groups that share a wave are one group; posts that are gone are in none."""
    pairs: list[tuple[int, int]] = []
    first_of: dict[int, int] = {}
    for group in groups:
        here = [id_ for id_ in group if id_ in posts]
        pairs += [(here[0], id_) for id_ in here[1:]]
        for id_ in here if len(here) > 1 else ():
            if (wave := posts[id_][0]) is not None:
                pairs.append((first_of.setdefault(wave, id_), id_))
    return united([pair for pair in pairs if pair[0] != pair[1]])


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
