"""Every change to watches, and hearing a post from our own integrations."""

from typing import Any

from django.db import transaction

from cornbread.channels.actions import keep as keep_channel
from cornbread.channels.contract import Connected
from cornbread.channels.domain.handed_in import AHEAD, Unusable, read
from cornbread.channels.domain.posts import Batch, HeardPost
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.foundation.outbox import emit
from cornbread.listening import queries
from cornbread.listening.domain.query import parse
from cornbread.listening.events import WatchesChanged
from cornbread.listening.intake import forget_compiled, take_in
from cornbread.listening.models import Mention, Watch
from cornbread.listening.receiving.records import record_of
from cornbread.listening.receiving.spooling import the_spool
from cornbread.team.actions import record
from cornbread.team.domain.actors import SYSTEM, Actor
from cornbread.team.models import Member


@transaction.atomic
def save_watch(
    watch_id: int | None = None,
    *,
    by: Member,
    name: str,
    query: str,
    purpose: str = Watch.Purpose.BRAND,
    topic: str = "",
    to_inbox: bool = True,
    active: bool = True,
) -> Watch:
    """Create or change a watch; QueryError points at the character that is wrong."""
    by.require("watch.write")
    watch = queries.watch(watch_id, seen_by=by) if watch_id else Watch(owner=by)
    parse(query)
    name = name.strip()[:120]
    same = Watch.objects.filter(workspace_id=by.workspace_id, name=name).exclude(pk=watch.pk)
    if not name or same.exists():
        message = "Give the watch a name." if not name else "There is already a watch of this name."
        raise Invalid(message, fields={"name": message})
    if purpose not in Watch.Purpose.values:
        raise Invalid("Choose what the watch is for.", fields={"purpose": "Choose one."})
    watch.workspace_id = by.workspace_id
    watch.name, watch.query, watch.purpose = name, query.strip(), purpose
    watch.topic, watch.to_inbox, watch.active = topic.strip()[:120], to_inbox, active
    watch.save()
    record(by.workspace_id, by, "watch.saved", f"watch:{watch.pk}", query=watch.query)
    _changed(watch)
    return watch


@transaction.atomic
def switch_watch(watch_id: int, *, active: bool, by: Member) -> Watch:
    """Begin or stop listening for this; also for a watch whose query cannot be used any more."""
    by.require("watch.write")
    watch = queries.watch(watch_id, seen_by=by)
    if watch.active != active:
        watch.active = active
        watch.save(update_fields=["active", "changed_at"])
        record(by.workspace_id, by, "watch.switched", f"watch:{watch.pk}", active=active)
        _changed(watch)
    return watch


@transaction.atomic
def delete_watch(watch_id: int, *, by: Member) -> None:
    """Stop listening for this; what was caught stays where it is."""
    by.require("watch.write")
    watch = queries.watch(watch_id, seen_by=by)
    record(by.workspace_id, by, "watch.deleted", f"watch:{watch.pk}", query=watch.query)
    _changed(watch)
    watch.delete()


def _changed(watch: Watch) -> None:
    emit(WatchesChanged(workspace_id=watch.workspace_id, watch_id=watch.pk))
    transaction.on_commit(forget_compiled)


def post_mention(
    *,
    by: Member,
    integration: str,
    post: HeardPost,
) -> tuple[Mention, bool]:
    """A post from the brand's own integration. Returns the mention and whether it is new.

    The same external id from the same integration is the same post, however often it comes.
    """
    by.require("mention.write")
    if post.created_at > clock.now() + AHEAD:
        message = "The post is dated in the future. Send its time with a UTC offset."
        raise Invalid(message, fields={"created_at": message})
    channel = own_channel(by.workspace_id, integration, by=SYSTEM)
    kept = take_in(channel, Batch(stream="api", posts=(post,)))
    mention = Mention.objects.select_related("identity", "channel").get(
        workspace_id=by.workspace_id, source=channel.source, external_id=post.external_id
    )
    return mention, bool(kept.heard)


def post_mentions(*, by: Member, integration: str, body: bytes) -> int:
    """Many posts and deletions from the brand's own integration; how many were stored.

    They are durable when this returns, and are taken in within a second. All or none: Invalid
    says what is wrong with each, Overloaded that nothing can be stored just now.
    """
    by.require("mention.write")
    try:
        posts, deletions = read(body, clock.now())
    except Unusable as wrong:
        raise Invalid(wrong.sentence, fields=wrong.faults) from wrong
    channel = own_channel(by.workspace_id, integration, by=SYSTEM)
    if posts or deletions:
        the_spool().append_now(record_of(channel.workspace_id, channel.pk, posts, deletions))
    return len(posts) + len(deletions)


def own_channel(workspace_id: int, name: str, *, by: Actor, **settings: Any) -> Channel:
    """The channel of an import or integration of this name, made when it is new."""
    name = name.strip()[:80]
    if not name:
        raise Invalid("Name the integration.", fields={"integration": "Name the integration."})
    known = Channel.objects.filter(
        workspace_id=workspace_id, kind="file", source=f"file:{name.lower()}"
    ).first()
    if known is not None:
        return known
    found = Connected(name=name, address=name.lower(), settings=settings)
    return keep_channel("file", found, workspace_id=workspace_id, by=by)
