"""The present watches, tried on posts that are kept: what they catch now, and what no longer."""

from collections.abc import Sequence

from cornbread.channels.domain.posts import HeardPost
from cornbread.channels.models import Channel
from cornbread.foundation.bulk import insert
from cornbread.listening.domain.intake import examine, with_languages
from cornbread.listening.domain.language import detect
from cornbread.listening.intake import compiled_watches
from cornbread.listening.models import Catch, Mention


def rematch(
    channel: Channel, posts: Sequence[tuple[Mention, HeardPost]], *, dry: bool
) -> tuple[int, int]:
    """How many catches came and went. Nothing goes into the inbox: these are posts of the past."""
    watches = compiled_watches(channel.workspace_id)
    ids = {mention.external_id: mention.pk for mention, _ in posts if not mention.ours}
    tried = examine(
        [post for mention, post in posts if not mention.ours],
        network=channel.kind,
        own_ids=(),
        matcher=watches.matcher,
        detect=detect,
    )
    now = {
        (watch, ids[one.post.external_id])
        for one in with_languages(tried, detect)
        for watch in one.watches
    }
    active = list(watches.inbox)
    known = Catch.objects.filter(mention__in=list(ids.values()), watch__in=active)
    before = {
        (watch, mention): pk
        for pk, watch, mention in known.values_list("pk", "watch_id", "mention_id")
    }
    new, gone = sorted(now - set(before)), [pk for pair, pk in before.items() if pair not in now]
    if not dry:
        rows = [(channel.workspace_id, *pair) for pair in new]
        insert(Catch, ("workspace_id", "watch_id", "mention_id"), rows, unless_known=True)
        Catch.objects.filter(pk__in=gone).delete()
    return len(new), len(gone)
