"""What is heard of posts that are kept already: other versions, and that they are for us."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.db import update_each
from cornbread.foundation.lookups import keyed
from cornbread.foundation.outbox import emit_all
from cornbread.listening.details import Version, keep_catches, keep_versions
from cornbread.listening.domain.intake import FIRST, Candidate, for_inbox
from cornbread.listening.events import (
    LinksHeard,
    MentionsDeleted,
    MentionsEdited,
    MentionsHeard,
)
from cornbread.listening.models import Mention
from cornbread.listening.searching import index_mentions

#: Ids one event carries, so that a reaction is a short transaction.
EVENT_SIZE = 1000


def stored_posts(channel: Channel, external_ids: Iterable[str]) -> dict[str, Mention]:
    """The mentions kept under these ids of the channel's source."""
    scope = {"workspace_id": channel.workspace_id, "source": channel.source}
    found = Mention.objects.filter(keyed(Mention, "external_id", external_ids, **scope))
    return {mention.external_id: mention for mention in found}


def edit(channel: Channel, kept: Sequence[Candidate], stored: Mapping[str, Mention]) -> list[int]:
    """Keep other versions of what is stored; return the ids of those that now say something else.

    A version that arrives after a newer one is kept beside it, so that in whatever order the
    versions of a post are heard, the same is kept in the end.
    """
    now = clock.now()
    edited, versions = [], []
    for one in kept:
        mention, post = stored.get(one.post.external_id), one.post
        if mention is None or post.edited_at == mention.edited_at:
            continue
        versions += [
            Version(mention.pk, mention.edited_at, mention.text, b"", mention.heard_at),
            Version(mention.pk, post.edited_at, post.text, post.raw, now),
        ]
        if (post.edited_at or FIRST) > (mention.edited_at or FIRST):
            mention.text, mention.lang, mention.edited_at = post.text, one.lang, post.edited_at
            mention.attachments = msgspec.to_builtins(post.attachments)
            mention.links = list(post.links)
        edited.append(mention)
    if edited:
        update_each(edited, ["text", "lang", "edited_at", "attachments", "links"])
        keep_versions(channel.workspace_id, versions)
        findable = [(one.pk, one.text) for one in edited if one.deleted_at is None]
        index_mentions(channel.workspace_id, findable)
    return [mention.pk for mention in edited]


def learn(
    channel: Channel,
    kept: Sequence[Candidate],
    stored: Mapping[str, Mention],
    inbox_watches: Mapping[int, bool],
) -> None:
    """What another stream, watch or version says of posts kept already: that they are for us."""
    pairs = [(stored[id_], one) for one in kept if (id_ := one.post.external_id) in stored]
    keep_catches(channel.workspace_id, [(mention.pk, one) for mention, one in pairs])
    news = []
    for mention, one in pairs:
        wanted = for_inbox(one, inbox_watches)
        if (one.post.addressed and not mention.addressed) or (wanted and not mention.for_inbox):
            mention.addressed = mention.addressed or one.post.addressed
            mention.for_inbox = mention.for_inbox or wanted
            news.append(mention)
    if news:
        update_each(news, ["addressed", "for_inbox"])
        announce(channel.workspace_id, MentionsHeard, sorted(one.pk for one in news))


def announce(
    workspace_id: int,
    event: type[MentionsHeard] | type[LinksHeard] | type[MentionsEdited] | type[MentionsDeleted],
    ids: Sequence[int],
    *,
    priority: int = 0,
) -> None:
    """Tell the rooms ahead, in events of bounded size; the higher ``priority`` is served first."""
    emit_all(
        [
            event(workspace_id=workspace_id, mention_ids=tuple(ids[start : start + EVENT_SIZE]))
            for start in range(0, len(ids), EVENT_SIZE)
        ],
        priority=priority,
    )
