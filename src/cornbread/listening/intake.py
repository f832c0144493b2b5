"""``take_in``: a batch goes through the stateless stages and is kept in one transaction."""

import threading
import time
from collections.abc import Mapping, Sequence

import msgspec

from cornbread.channels.domain.posts import Batch, HeardPost
from cornbread.channels.models import Channel
from cornbread.listening import queries
from cornbread.listening.domain.intake import examine, rounds, worth_keeping
from cornbread.listening.domain.language import detect
from cornbread.listening.domain.matching import Matcher
from cornbread.listening.domain.storable import storable
from cornbread.listening.models import Mention
from cornbread.listening.writing import Kept, write

#: How long a changed watch may take to be listened for, in seconds.
WATCHES_FRESH_S = 1.0


class Compiled(msgspec.Struct, frozen=True):
    """The watches of a workspace, ready to match."""

    matcher: Matcher
    inbox: Mapping[int, bool]
    read_at: float
    version: tuple[tuple[int, str], ...]


_compiled: dict[int, Compiled] = {}
_lock = threading.Lock()


def take_in(channel: Channel, batch: Batch) -> Kept:
    """Keep what matters of a batch, exactly once, and move the cursor with it."""
    watches = compiled_watches(channel.workspace_id)
    posts = [storable(post) for post in batch.posts]
    own_ids, known = _own_ids(channel), _known(channel, posts)
    kept = []
    for each_once in rounds(posts):
        candidates = examine(
            each_once,
            network=channel.kind,
            own_ids=own_ids,
            matcher=watches.matcher,
            detect=detect,
        )
        kept.append(worth_keeping(candidates, known))
        known |= {one.post.external_id for one in kept[-1]}
    return write(channel, batch, kept, watches.inbox)


def _own_ids(channel: Channel) -> set[str]:
    """Our own accounts there: two of them may share a server."""
    own = Channel.objects.filter(workspace_id=channel.workspace_id, source=channel.source)
    return {id_ for id_ in own.values_list("external_id", flat=True) if id_}


def _known(channel: Channel, posts: Sequence[HeardPost]) -> set[str]:
    """Which parents, and which edited posts, are kept already."""
    asked = {post.in_reply_to for post in posts if post.in_reply_to}
    asked |= {post.external_id for post in posts if post.edited_at}
    if not asked:
        return set()
    found = Mention.objects.filter(
        workspace_id=channel.workspace_id, source=channel.source, external_id__in=asked
    )
    return set(found.values_list("external_id", flat=True))


def compiled_watches(workspace_id: int) -> Compiled:
    """The matcher of a workspace, compiled again when its watches changed."""
    with _lock:
        known = _compiled.get(workspace_id)
        now = time.monotonic()
        if known is not None and now - known.read_at < WATCHES_FRESH_S:
            return known
        watches = queries.active_watches(workspace_id)
        version = tuple((watch.pk, f"{watch.changed_at}{watch.to_inbox}") for watch in watches)
        if known is not None and known.version == version:
            fresh = msgspec.structs.replace(known, read_at=now)
        else:
            matcher = Matcher.compile({watch.pk: watch.query for watch in watches})
            inbox = {watch.pk: watch.to_inbox for watch in watches}
            fresh = Compiled(matcher, inbox, now, version)
        _compiled[workspace_id] = fresh
        return fresh


def forget_compiled() -> None:
    """Read the watches again at the next batch; for tests and for this process's own changes."""
    with _lock:
        _compiled.clear()
