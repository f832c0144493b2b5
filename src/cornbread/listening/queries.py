"""Reads about watches and mentions, each naming its reader."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from cornbread.foundation.errors import NotFound
from cornbread.listening.models import Mention, Watch
from cornbread.team.models import Member

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: The year 9000, in microseconds: later than any post, and still a date.
FAR = 221_845_392_000_000_000


def watches(*, seen_by: Member) -> QuerySet[Watch]:
    """The watches of the reader's workspace with how many mentions each has caught."""
    seen_by.require("watch.read")
    return (
        Watch.objects.select_related("owner__user")
        .filter(workspace_id=seen_by.workspace_id)
        .annotate(caught=Count("catches"))
        .order_by("-active", "name")
    )


def watch(watch_id: int, *, seen_by: Member) -> Watch:
    """One watch of the reader's workspace; NotFound otherwise."""
    found = watches(seen_by=seen_by).filter(pk=watch_id).first()
    if found is None:
        raise NotFound("There is no such watch in this workspace.")
    return found


def mentions(*, seen_by: Member, watch_id: int | None = None) -> QuerySet[Mention]:
    """Public posts that were kept, newest first; direct messages are read in conversations."""
    seen_by.require("watch.read")
    found = public_mentions(seen_by.workspace_id)
    return found.filter(catches__watch_id=watch_id) if watch_id is not None else found


def public_mentions(workspace_id: int) -> QuerySet[Mention]:
    """The same for the operator of the machine."""
    return (
        Mention.objects.select_related("identity__person", "channel")
        .filter(workspace_id=workspace_id, visibility="public", ours=False, deleted_at=None)
        .order_by("-posted_at", "-pk")
    )


def mention(mention_id: int, *, seen_by: Member) -> Mention:
    """One public kept post; NotFound otherwise."""
    found = mentions(seen_by=seen_by).filter(pk=mention_id).first()
    if found is None:
        raise NotFound("There is no such mention in this workspace.")
    return found


def active_watches(workspace_id: int) -> list[Watch]:
    """What the matcher of a workspace is compiled from; for intake."""
    return list(Watch.objects.filter(workspace_id=workspace_id, active=True).order_by("pk"))


def kept_mentions(mention_ids: Iterable[int]) -> QuerySet[Mention]:
    """Mentions named by an event, in the order of their posting; for reactions."""
    found = Mention.objects.select_related("identity", "channel")
    return found.filter(pk__in=list(mention_ids)).order_by("posted_at", "pk")


def anchors_of(mentions: Iterable[Mention]) -> dict[tuple[int, str, str], Mention]:
    """The posts that posts of ours answer, as far as they are known; for reactions."""
    wanted = [mention for mention in mentions if mention.anchor]
    if not wanted:
        return {}
    found = Mention.objects.select_related("identity", "channel").filter(
        workspace_id__in={mention.workspace_id for mention in wanted},
        source__in={mention.source for mention in wanted},
        external_id__in={mention.anchor for mention in wanted},
    )
    return {(one.workspace_id, one.source, one.external_id): one for one in found}


def place_of(mention: Mention) -> tuple[int, int]:
    """Where a mention stands in a list: microseconds since 1970 of its posting, and its id."""
    return (mention.posted_at - EPOCH) // timedelta(microseconds=1), mention.pk


def older_than(found: QuerySet[Mention], microseconds: int, mention_id: int) -> QuerySet[Mention]:
    """The part of a list of mentions after a keyset place."""
    moment = EPOCH + timedelta(microseconds=min(max(microseconds, 0), FAR))
    same_time = Q(posted_at=moment, pk__lt=mention_id)
    return found.filter(Q(posted_at__lt=moment) | same_time)
