"""Posts that their authors took back, also before we heard them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cornbread.channels.domain.posts import HeardDeletion
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.bulk import insert
from cornbread.foundation.db import update_each
from cornbread.listening.domain.intake import Candidate
from cornbread.listening.domain.storable import bounded
from cornbread.listening.models import Tombstone
from cornbread.listening.revising import stored_posts
from cornbread.listening.searching import forget_mentions

#: How long a post may be on its way here after it was deleted. Streams that overtake each other
#: differ by minutes; whoever asks for older posts is not given deleted ones.
REMEMBERED = timedelta(days=2)

_COLUMNS = ("workspace_id", "source", "external_id", "deleted_at", "noted_at")


def delete(channel: Channel, deletions: Sequence[HeardDeletion]) -> list[int]:
    """Note that posts were taken back; return the ids of the mentions that are deleted now.

    What is not kept may still be on its way, so its deletion is remembered for a while.
    """
    if not deletions:
        return []
    first: dict[str, datetime] = {}
    for one in deletions:
        first.setdefault(bounded(one.external_id), one.deleted_at)
    stored = stored_posts(channel, first)
    gone = [mention for mention in stored.values() if mention.deleted_at is None]
    for mention in gone:
        mention.deleted_at = first[mention.external_id]
    update_each(gone, ["deleted_at"])
    forget_mentions(channel.workspace_id, [mention.pk for mention in gone])
    now, workspace, source = clock.now(), channel.workspace_id, channel.source
    unknown = [(workspace, source, id_, at, now) for id_, at in first.items() if id_ not in stored]
    insert(Tombstone, _COLUMNS, unknown, unless_known=True)
    return sorted(mention.pk for mention in gone)


def gone_before(channel: Channel, new: Sequence[Candidate]) -> Mapping[str, datetime]:
    """When those of these posts were deleted of which that was heard before they were."""
    noted = Tombstone.objects.filter(workspace_id=channel.workspace_id, source=channel.source)
    if not noted.exists():
        return {}
    found = noted.filter(external_id__among=[one.post.external_id for one in new])
    times = dict(found.values_list("external_id", "deleted_at"))
    if times:
        noted.filter(external_id__among=list(times)).delete()
    return times


def forget_old(limit: int = 1_000) -> int:
    """Let go of so many deletions whose posts never came; return how many there were."""
    old = Tombstone.objects.filter(noted_at__lt=clock.now() - REMEMBERED).order_by("noted_at")
    ids = list(old.values_list("pk", flat=True)[:limit])
    return Tombstone.objects.filter(pk__in=ids).delete()[0]
