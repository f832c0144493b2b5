"""The one transaction of intake: posts, identities, threads, events and the cursor together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from cornbread.channels.actions import move_cursor
from cornbread.channels.domain.posts import Batch
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.bulk import insert, take_ids
from cornbread.foundation.outbox import emit
from cornbread.listening.details import keep_details
from cornbread.listening.domain.intake import Candidate, for_inbox
from cornbread.listening.domain.placing import Placement, place
from cornbread.listening.domain.threads import Post
from cornbread.listening.events import (
    LinksHeard,
    MentionsDeleted,
    MentionsEdited,
    MentionsHeard,
    ThreadsJoined,
)
from cornbread.listening.lateness import heard_late
from cornbread.listening.models import Mention
from cornbread.listening.revising import announce, edit, learn, stored_posts
from cornbread.listening.searching import index_mentions
from cornbread.listening.taking_back import delete, gone_before
from cornbread.listening.threading import MentionThreads
from cornbread.listening.turns import take_turn
from cornbread.listening.volume import count
from cornbread.people import actions as people

#: What of a mention is said when it is kept, in this order.
COLUMNS = (
    *("id", "workspace_id", "channel_id", "source", "external_id", "identity_id", "ours"),
    *("addressed", "for_inbox", "late", "repost", "visibility", "text", "lang", "url"),
    *("attachments", "links", "addressed_to", "in_reply_to", "root", "anchor"),
    *("posted_at", "heard_at", "edited_at", "deleted_at"),
)
_NOTHING: list[str] = []
_TEXT, _GONE = COLUMNS.index("text"), COLUMNS.index("deleted_at")


class Kept(msgspec.Struct, frozen=True):
    """What became of a batch: ids of new, edited and deleted mentions."""

    heard: tuple[int, ...] = ()
    edited: tuple[int, ...] = ()
    deleted: tuple[int, ...] = ()


@transaction.atomic
def write(
    channel: Channel,
    batch: Batch,
    decide: Callable[[], Sequence[Sequence[Candidate]]],
    inbox_watches: Mapping[int, bool],
) -> Kept:
    """Keep what is new of a batch and move its cursor; repeating it changes nothing.

    ``decide`` gives the rounds of what is kept, each with a post at most once and later versions
    in later ones. It is asked when it is our turn, because it depends on what others kept.
    """
    take_turn(channel)
    rounds = decide()
    created: list[int] = []
    edited: list[int] = []
    for kept in rounds:
        stored = stored_posts(channel, [one.post.external_id for one in kept])
        edited += edit(channel, kept, stored)
        learn(channel, kept, stored, inbox_watches)
        new = [one for one in kept if one.post.external_id not in stored]
        created += _create(channel, new, inbox_watches)
    deleted = delete(channel, batch.deletions)
    if batch.posts and (created or not any(rounds)):  # a batch heard again is not counted again
        count(channel, batch.stream, heard=len(batch.posts), kept=len(created))
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
    now = clock.now()
    absent = {one.post.external_id for one in new}
    threads = MentionThreads(channel.workspace_id, channel.source, absent)
    placement = place([_placeable(one) for one in new], threads)
    ids = take_ids(Mention, len(new))
    rows = _rows(channel, ids, new, placement, inbox_watches, now)
    insert(Mention, COLUMNS, rows)
    keep_details(channel.workspace_id, ids, new, now)
    index_mentions(channel.workspace_id, _findable(rows))
    answers = threads.apply(placement)
    # Somebody waits for an answer to these; they do not queue behind thousands of others.
    to_us = {id_ for id_, one in zip(ids, new, strict=True) if one.post.addressed and not one.ours}
    announce(channel.workspace_id, MentionsHeard, sorted(to_us), priority=1)
    announce(channel.workspace_id, MentionsHeard, sorted({*ids, *answers} - to_us))
    linked = [id_ for id_, one in zip(ids, new, strict=True) if _may_link(one)]
    announce(channel.workspace_id, LinksHeard, linked)
    if placement.root_moves:
        emit(
            ThreadsJoined(
                workspace_id=channel.workspace_id,
                source=channel.source,
                moves=placement.root_moves,
            )
        )
    return list(ids)


def _findable(rows: Iterable[tuple[Any, ...]]) -> list[tuple[int, str]]:
    """Ids and texts of what was not taken back before it came."""
    return [(row[0], row[_TEXT]) for row in rows if row[_GONE] is None]


def _may_link(one: Candidate) -> bool:
    """Whether the post may carry an address; few do."""
    return not one.ours and ("://" in one.post.text or bool(one.post.links))


def _placeable(one: Candidate) -> Post:
    post = one.post
    return Post(post.external_id, post.author.external_id, not one.ours, post.in_reply_to)


def _identities(channel: Channel, new: Iterable[Candidate]) -> Mapping[str, int]:
    ours = {one.post.author.external_id for one in new if one.ours}
    authors = {one.post.author.external_id: one.post.author for one in new}
    return people.meet(
        channel.workspace_id,
        kind=channel.kind,
        source=channel.source,
        authors={id_: (author, id_ in ours) for id_, author in authors.items()},
    )


def _rows(
    channel: Channel,
    ids: Sequence[int],
    new: Sequence[Candidate],
    placement: Placement,
    inbox_watches: Mapping[int, bool],
    now: datetime,
) -> list[tuple[Any, ...]]:
    """Mentions as ``COLUMNS`` says them; no object is built for any, because there are so many."""
    identities = _identities(channel, new)
    late, gone = heard_late(channel, new, now), gone_before(channel, new)
    workspace, place_of, source = channel.workspace_id, channel.pk, channel.source
    rows = []
    for id_, one, record in zip(ids, new, placement.records, strict=True):
        post = one.post
        external_id = post.external_id
        rows.append(
            (
                id_,
                workspace,
                place_of,
                source,
                external_id,
                identities[post.author.external_id],
                one.ours,
                post.addressed,
                for_inbox(one, inbox_watches),
                external_id in late,
                post.repost,
                post.visibility.value,
                post.text,
                one.lang,
                post.url[:1000],
                msgspec.to_builtins(post.attachments) if post.attachments else _NOTHING,
                list(post.links) or _NOTHING,
                list(post.addressed_to) or _NOTHING,
                post.in_reply_to or "",
                record.root,
                record.anchor or "",
                post.created_at,
                now,
                post.edited_at,
                gone.get(external_id),
            )
        )
    return rows
