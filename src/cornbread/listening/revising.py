"""What is heard of posts that are kept already: edits, deletions, and that they are for us."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from cornbread.channels.domain.posts import HeardDeletion
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.outbox import emit
from cornbread.listening.details import keep_catches, payload_of, version_of
from cornbread.listening.domain.intake import Candidate, for_inbox
from cornbread.listening.domain.storable import bounded
from cornbread.listening.events import MentionsDeleted, MentionsEdited, MentionsHeard
from cornbread.listening.models import Mention, Payload

#: Ids one event carries, so that a reaction is a short transaction.
EVENT_SIZE = 500


def stored_posts(channel: Channel, external_ids: Iterable[str]) -> dict[str, Mention]:
    """The mentions kept under these ids of the channel's source."""
    found = Mention.objects.filter(
        workspace_id=channel.workspace_id,
        source=channel.source,
        external_id__in=list(external_ids),
    )
    return {mention.external_id: mention for mention in found}


def edit(kept: Sequence[Candidate], stored: Mapping[str, Mention]) -> list[int]:
    """Keep newer versions, and the words that they replace; return the mentions' ids."""
    now = clock.now()
    edited, payloads = [], []
    for one in kept:
        mention, version = stored.get(one.post.external_id), one.post.edited_at
        if mention is None or version is None:
            continue
        if mention.edited_at is not None and version <= mention.edited_at:
            continue
        payloads += [_words_so_far(mention), payload_of(mention, one.post, now)]
        mention.text, mention.lang = one.post.text, one.lang
        mention.edited_at = version
        mention.attachments = msgspec.to_builtins(one.post.attachments)
        edited.append(mention)
    if edited:
        Mention.objects.bulk_update(edited, ["text", "lang", "edited_at", "attachments"])
        # What came with a payload of its own is there already and stays as it is.
        Payload.objects.bulk_create(payloads, ignore_conflicts=True)
    return [mention.pk for mention in edited]


def _words_so_far(mention: Mention) -> Payload:
    """The version that an edit replaces, for posts that came without a payload."""
    return Payload(
        workspace_id=mention.workspace_id,
        mention=mention,
        version=version_of(mention.edited_at),
        text=mention.text,
        body=b"",
        heard_at=mention.heard_at,
    )


def learn(
    channel: Channel,
    kept: Sequence[Candidate],
    stored: Mapping[str, Mention],
    inbox_watches: Mapping[int, bool],
) -> None:
    """What another stream, watch or version says of posts kept already: that they are for us."""
    pairs = [(stored[id_], one) for one in kept if (id_ := one.post.external_id) in stored]
    keep_catches(pairs)
    news = []
    for mention, one in pairs:
        wanted = for_inbox(one, inbox_watches)
        if (one.post.addressed and not mention.addressed) or (wanted and not mention.for_inbox):
            mention.addressed = mention.addressed or one.post.addressed
            mention.for_inbox = mention.for_inbox or wanted
            news.append(mention)
    if news:
        Mention.objects.bulk_update(news, ["addressed", "for_inbox"])
        announce(channel.workspace_id, MentionsHeard, sorted(one.pk for one in news))


def delete(channel: Channel, deletions: Sequence[HeardDeletion]) -> list[int]:
    """Note that posts were taken back; return the mentions' ids."""
    if not deletions:
        return []
    stored = stored_posts(channel, [bounded(one.external_id) for one in deletions])
    gone = []
    for one in deletions:
        mention = stored.get(bounded(one.external_id))
        if mention is not None and mention.deleted_at is None:
            mention.deleted_at = one.deleted_at
            gone.append(mention)
    if gone:
        Mention.objects.bulk_update(gone, ["deleted_at"])
    return [mention.pk for mention in gone]


def announce(
    workspace_id: int,
    event: type[MentionsHeard] | type[MentionsEdited] | type[MentionsDeleted],
    ids: Sequence[int],
) -> None:
    """Tell the rooms ahead, in events of bounded size."""
    for start in range(0, len(ids), EVENT_SIZE):
        chunk = tuple(ids[start : start + EVENT_SIZE])
        emit(event(workspace_id=workspace_id, mention_ids=chunk))
