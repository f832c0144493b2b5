"""The one transaction of intake: posts, identities, threads, events and the cursor together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import F

from cornbread.channels.actions import move_cursor
from cornbread.channels.domain.posts import Batch, HeardDeletion, HeardPost
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.db import serialise
from cornbread.foundation.outbox import emit
from cornbread.listening.domain.intake import Candidate, for_inbox
from cornbread.listening.domain.placing import place
from cornbread.listening.domain.threads import Post
from cornbread.listening.events import (
    MentionsDeleted,
    MentionsEdited,
    MentionsHeard,
    ThreadsJoined,
)
from cornbread.listening.models import Catch, Mention, Payload, Volume
from cornbread.listening.threading import MentionThreads
from cornbread.people import actions as people
from cornbread.people.models import Identity

#: Ids one event carries, so that a reaction is a short transaction.
EVENT_SIZE = 500


class Kept(msgspec.Struct, frozen=True):
    """What became of a batch: ids of new, edited and deleted mentions."""

    heard: tuple[int, ...] = ()
    edited: tuple[int, ...] = ()
    deleted: tuple[int, ...] = ()


@transaction.atomic
def write(
    channel: Channel,
    batch: Batch,
    kept: Sequence[Candidate],
    inbox_watches: Mapping[int, bool],
    *,
    heard: int,
) -> Kept:
    """Keep what is new of a batch and move its cursor; repeating it changes nothing."""
    serialise("listening.write", channel.workspace_id)
    stored = _stored(channel, [one.post.external_id for one in kept])
    edited = _edit(channel, kept, stored)
    new = [one for one in kept if one.post.external_id not in stored]
    created = _create(channel, new, inbox_watches)
    deleted = _delete(channel, batch.deletions)
    if heard and (new or not kept):  # a batch heard again is not counted again
        _count(channel, heard=heard, kept=len(new))
    _announce(channel.workspace_id, MentionsEdited, edited)
    _announce(channel.workspace_id, MentionsDeleted, deleted)
    if batch.cursor is not None:
        move_cursor(channel, batch.stream, batch.cursor)
    return Kept(tuple(created), tuple(edited), tuple(deleted))


def _stored(channel: Channel, external_ids: Iterable[str]) -> dict[str, Mention]:
    found = Mention.objects.filter(
        workspace_id=channel.workspace_id,
        source=channel.source,
        external_id__in=list(external_ids),
    )
    return {mention.external_id: mention for mention in found}


def _create(
    channel: Channel, new: Sequence[Candidate], inbox_watches: Mapping[int, bool]
) -> list[int]:
    if not new:
        return []
    identities = people.meet(
        channel.workspace_id,
        kind=channel.kind,
        source=channel.source,
        authors={one.post.author.external_id: (one.post.author, one.ours) for one in new},
    )
    threads = MentionThreads(channel.workspace_id, channel.source)
    placement = place([_placeable(one) for one in new], threads)
    by_id = {record.id: record for record in placement.records}
    now = clock.now()
    rows = []
    for one in new:
        mention = _mention(channel, one, identities[one.post.author.external_id], now)
        record = by_id[one.post.external_id]
        mention.root, mention.anchor = record.root, record.anchor or ""
        mention.for_inbox = for_inbox(one, inbox_watches)
        rows.append(mention)
    made = Mention.objects.bulk_create(rows)
    _keep_details(made, new, now)
    answers = threads.apply(placement)
    ids = [mention.pk for mention in made]
    _announce(channel.workspace_id, MentionsHeard, sorted({*ids, *answers}))
    if placement.root_moves:
        emit(
            ThreadsJoined(
                workspace_id=channel.workspace_id,
                source=channel.source,
                moves=placement.root_moves,
            )
        )
    return ids


def _placeable(one: Candidate) -> Post:
    post = one.post
    return Post(post.external_id, post.author.external_id, not one.ours, post.in_reply_to)


def _mention(channel: Channel, one: Candidate, identity: Identity, now: datetime) -> Mention:
    post = one.post
    return Mention(
        workspace_id=channel.workspace_id,
        channel=channel,
        source=channel.source,
        external_id=post.external_id,
        identity=identity,
        ours=one.ours,
        addressed=post.addressed,
        visibility=post.visibility,
        text=_storable(post.text),
        lang=one.lang,
        url=post.url[:1000],
        attachments=msgspec.to_builtins(post.attachments),
        addressed_to=list(post.addressed_to),
        in_reply_to=post.in_reply_to or "",
        posted_at=post.created_at,
        heard_at=now,
        edited_at=post.edited_at,
    )


def _storable(text: str) -> str:
    # PostgreSQL stores no NUL, and no person ever meant one.
    return text.replace("\x00", "")


def _keep_details(made: Sequence[Mention], new: Sequence[Candidate], now: datetime) -> None:
    pairs = list(zip(made, new, strict=True))
    catches = [
        Catch(workspace_id=mention.workspace_id, watch_id=watch, mention=mention)
        for mention, one in pairs
        for watch in one.watches
    ]
    Catch.objects.bulk_create(catches, ignore_conflicts=True)
    payloads = [_payload(mention, one.post, now) for mention, one in pairs if one.post.raw]
    Payload.objects.bulk_create(payloads, ignore_conflicts=True)


def _payload(mention: Mention, post: HeardPost, now: datetime) -> Payload:
    return Payload(
        workspace_id=mention.workspace_id,
        mention=mention,
        version=post.edited_at.isoformat() if post.edited_at else "first",
        text=_storable(post.text),
        body=post.raw,
        heard_at=now,
    )


def _edit(channel: Channel, kept: Sequence[Candidate], stored: Mapping[str, Mention]) -> list[int]:
    now = clock.now()
    edited, payloads = [], []
    for one in kept:
        mention, version = stored.get(one.post.external_id), one.post.edited_at
        if mention is None or version is None:
            continue
        if mention.edited_at is not None and version <= mention.edited_at:
            continue
        mention.text, mention.lang = _storable(one.post.text), one.lang
        mention.edited_at = version
        mention.attachments = msgspec.to_builtins(one.post.attachments)
        edited.append(mention)
        payloads.append(_payload(mention, one.post, now))
    if edited:
        Mention.objects.bulk_update(edited, ["text", "lang", "edited_at", "attachments"])
        Payload.objects.bulk_create(payloads, ignore_conflicts=True)
    return [mention.pk for mention in edited]


def _delete(channel: Channel, deletions: Sequence[HeardDeletion]) -> list[int]:
    if not deletions:
        return []
    stored = _stored(channel, [one.external_id for one in deletions])
    gone = []
    for one in deletions:
        mention = stored.get(one.external_id)
        if mention is not None and mention.deleted_at is None:
            mention.deleted_at = one.deleted_at
            gone.append(mention)
    if gone:
        Mention.objects.bulk_update(gone, ["deleted_at"])
    return [mention.pk for mention in gone]


def _count(channel: Channel, *, heard: int, kept: int) -> None:
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    row, _ = Volume.objects.get_or_create(
        channel=channel, hour=hour, defaults={"workspace_id": channel.workspace_id}
    )
    Volume.objects.filter(pk=row.pk).update(heard=F("heard") + heard, kept=F("kept") + kept)


def _announce(
    workspace_id: int,
    event: type[MentionsHeard] | type[MentionsEdited] | type[MentionsDeleted],
    ids: Sequence[int],
) -> None:
    for start in range(0, len(ids), EVENT_SIZE):
        chunk = tuple(ids[start : start + EVENT_SIZE])
        emit(event(workspace_id=workspace_id, mention_ids=chunk))
