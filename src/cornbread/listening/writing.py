"""The one transaction of intake: posts, identities, threads, events and the cursor together."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import F

from cornbread.channels.actions import move_cursor
from cornbread.channels.domain.posts import Batch
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.db import serialise
from cornbread.foundation.outbox import emit
from cornbread.listening.details import keep_details
from cornbread.listening.domain.intake import Candidate, for_inbox
from cornbread.listening.domain.placing import place
from cornbread.listening.domain.threads import Post
from cornbread.listening.events import (
    MentionsDeleted,
    MentionsEdited,
    MentionsHeard,
    ThreadsJoined,
)
from cornbread.listening.models import Mention, Volume
from cornbread.listening.revising import announce, delete, edit, learn, stored_posts
from cornbread.listening.threading import MentionThreads
from cornbread.people import actions as people
from cornbread.people.models import Identity


class Kept(msgspec.Struct, frozen=True):
    """What became of a batch: ids of new, edited and deleted mentions."""

    heard: tuple[int, ...] = ()
    edited: tuple[int, ...] = ()
    deleted: tuple[int, ...] = ()


@transaction.atomic
def write(
    channel: Channel,
    batch: Batch,
    rounds: Sequence[Sequence[Candidate]],
    inbox_watches: Mapping[int, bool],
) -> Kept:
    """Keep what is new of a batch and move its cursor; repeating it changes nothing.

    ``rounds`` hold each post at most once; a later version stands in a later round.
    """
    serialise("listening.write", channel.workspace_id)
    created: list[int] = []
    edited: list[int] = []
    for kept in rounds:
        stored = stored_posts(channel, [one.post.external_id for one in kept])
        edited += edit(kept, stored)
        learn(channel, kept, stored, inbox_watches)
        new = [one for one in kept if one.post.external_id not in stored]
        created += _create(channel, new, inbox_watches)
    deleted = delete(channel, batch.deletions)
    if batch.posts and (created or not any(rounds)):  # a batch heard again is not counted again
        _count(channel, heard=len(batch.posts), kept=len(created))
    announce(channel.workspace_id, MentionsEdited, sorted(set(edited)))
    announce(channel.workspace_id, MentionsDeleted, deleted)
    if batch.cursor is not None:
        move_cursor(channel, batch.stream, batch.cursor)
    return Kept(tuple(created), tuple(edited), tuple(deleted))


def _create(
    channel: Channel, new: Sequence[Candidate], inbox_watches: Mapping[int, bool]
) -> list[int]:
    if not new:
        return []
    ours = {one.post.author.external_id for one in new if one.ours}
    authors = {one.post.author.external_id: one.post.author for one in new}
    identities = people.meet(
        channel.workspace_id,
        kind=channel.kind,
        source=channel.source,
        authors={id_: (author, id_ in ours) for id_, author in authors.items()},
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
    keep_details(made, new, now)
    answers = threads.apply(placement)
    ids = [mention.pk for mention in made]
    announce(channel.workspace_id, MentionsHeard, sorted({*ids, *answers}))
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
        text=post.text,
        lang=one.lang,
        url=post.url[:1000],
        attachments=msgspec.to_builtins(post.attachments),
        addressed_to=list(post.addressed_to),
        in_reply_to=post.in_reply_to or "",
        posted_at=post.created_at,
        heard_at=now,
        edited_at=post.edited_at,
    )


def _count(channel: Channel, *, heard: int, kept: int) -> None:
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    row, _ = Volume.objects.get_or_create(
        channel=channel, hour=hour, defaults={"workspace_id": channel.workspace_id}
    )
    Volume.objects.filter(pk=row.pk).update(heard=F("heard") + heard, kept=F("kept") + kept)
