"""``take_in``: a batch goes through the stateless stages and is kept in one transaction."""

import threading
import time
from collections.abc import Mapping
from functools import partial

import msgspec

from cornbread.channels.domain.posts import Batch
from cornbread.channels.models import Channel
from cornbread.foundation import metrics
from cornbread.listening import queries
from cornbread.listening.counting import counting
from cornbread.listening.deciding import Deciding
from cornbread.listening.domain.intake import each_once, examine
from cornbread.listening.domain.language import detect
from cornbread.listening.domain.matching import Matcher
from cornbread.listening.domain.storable import all_storable
from cornbread.listening.domain.text import normalise
from cornbread.listening.writing import Kept, write

#: How long a changed watch may take to be listened for, in seconds.
WATCHES_FRESH_S = 1.0
#: Where more than one in so many watches changed, all are compiled anew.
_MANY = 4


class Compiled(msgspec.Struct, frozen=True):
    """The watches of a workspace, ready to match."""

    matcher: Matcher
    inbox: Mapping[int, bool]
    read_at: float
    stamp: tuple[object, ...]
    ask_language: bool


_compiled: dict[int, Compiled] = {}
_lock = threading.Lock()


def take_in(channel: Channel, batch: Batch) -> Kept:
    """Keep what matters of a batch, exactly once, and move the cursor with it."""
    with counting(channel, batch) as counted:
        counted.kept = _take_in(channel, batch)
    return counted.kept


def _take_in(channel: Channel, batch: Batch) -> Kept:
    watches = compiled_watches(channel.workspace_id)
    stages = partial(
        examine,
        network=channel.kind,
        own_ids=_own_ids(channel),
        matcher=watches.matcher,
        detect=detect if watches.ask_language else None,
    )
    examined = stages(each_once(all_storable(batch.posts)))
    return write(channel, batch, Deciding(channel, examined, stages), watches.inbox)


def _own_ids(channel: Channel) -> set[str]:
    """Our own accounts there: two of them may share a server."""
    own = Channel.objects.filter(workspace_id=channel.workspace_id, source=channel.source)
    return {id_ for id_ in own.values_list("external_id", flat=True) if id_}


def compiled_watches(workspace_id: int) -> Compiled:
    """The matcher of a workspace, compiled again when its watches changed."""
    with _lock:
        known = _compiled.get(workspace_id)
        now = time.monotonic()
        if known is not None and now - known.read_at < WATCHES_FRESH_S:
            return known
        stamp = queries.watches_stamp(workspace_id)
        if known is not None and known.stamp == stamp:
            fresh = msgspec.structs.replace(known, read_at=now)
        else:
            watches = queries.active_watches(workspace_id)
            with metrics.MATCHER_BUILD_SECONDS.time():
                matcher = _brought_up(known, {watch.pk: watch.query for watch in watches})
            inbox = {watch.pk: watch.to_inbox for watch in watches}
            ask_language = any("lang" in normalise(watch.query) for watch in watches)
            fresh = Compiled(matcher, inbox, now, stamp, ask_language)
        _compiled[workspace_id] = fresh
        metrics.MATCHER_WATCHES.set(sum(len(one.inbox) for one in _compiled.values()))
        return fresh


def _brought_up(known: Compiled | None, watches: Mapping[int, str]) -> Matcher:
    """The matcher of these watches: the known one with what differs, or a new one."""
    if known is None:
        return Matcher.compile(watches)
    matcher = known.matcher
    before = matcher.queries()
    changed = [pk for pk, query in watches.items() if before.get(pk) != query]
    if len(changed) > len(watches) // _MANY:
        return Matcher.compile(watches)
    for pk in before.keys() - watches.keys():
        matcher.remove(pk)
    for pk in changed:
        matcher.add(pk, watches[pk])
    return matcher


def forget_compiled() -> None:
    """Read the watches again at the next batch; for tests and for this process's own changes."""
    with _lock:
        _compiled.clear()
