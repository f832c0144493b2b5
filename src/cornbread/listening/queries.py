"""Reads about watches and mentions, each naming its reader."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum

from cornbread.foundation.errors import NotFound
from cornbread.listening import searching
from cornbread.listening.domain.wording import Wording
from cornbread.listening.models import Carrying, Catch, Link, Mention, Watch, Wave
from cornbread.listening.searching import Found
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


def watch_list(*, seen_by: Member, search: str = "") -> QuerySet[Watch]:
    """As ``watches``, with when each caught something last; ``search`` narrows by the words."""
    found = watches(seen_by=seen_by)
    if search:
        in_words = Q(query__icontains=search) | Q(topic__icontains=search)
        found = found.filter(Q(name__icontains=search) | in_words)
    caught = Catch.objects.filter(watch=OuterRef("pk")).order_by("-mention_id")
    return found.annotate(last_caught=Subquery(caught.values("mention__heard_at")[:1]))


def after_watch(found: QuerySet[Watch], active: bool, name: str) -> QuerySet[Watch]:
    """The part of the list after a watch; names are unique, so state and name are its place."""
    if active:
        return found.filter(Q(active=False) | Q(name__gt=name))
    return found.filter(active=False, name__gt=name)


def watch(watch_id: int, *, seen_by: Member) -> Watch:
    """One watch of the reader's workspace; NotFound otherwise."""
    found = watches(seen_by=seen_by).filter(pk=watch_id).first()
    if found is None:
        raise NotFound("There is no such watch in this workspace.")
    return found


def mentions(
    *, seen_by: Member, watch_id: int | None = None, wave_id: int | None = None
) -> QuerySet[Mention]:
    """Public posts that were kept, newest first; direct messages are read in conversations."""
    seen_by.require("watch.read")
    found = public_mentions(seen_by.workspace_id)
    if wave_id is not None:
        found = found.filter(wave_id=wave_id)
    return found.filter(catches__watch_id=watch_id) if watch_id is not None else found


def stream(
    *,
    seen_by: Member,
    watch_id: int | None = None,
    all_kept: bool = False,
    wave_id: int | None = None,
    folded: bool = False,
) -> QuerySet[Mention]:
    """Public posts that a watch caught, or all that were kept, each with its watches.

    ``folded`` shows only the newest post of each wave.
    """
    found = mentions(seen_by=seen_by, watch_id=watch_id, wave_id=wave_id)
    newer = Mention.objects.filter(wave_id=OuterRef("wave_id"), deleted_at=None).filter(
        Q(posted_at__gt=OuterRef("posted_at"))
        | Q(posted_at=OuterRef("posted_at"), pk__gt=OuterRef("pk"))
    )
    if watch_id is not None:
        newer = newer.filter(catches__watch_id=watch_id)
    elif not all_kept:
        caught = Exists(Catch.objects.filter(mention=OuterRef("pk")))
        found, newer = found.filter(caught), newer.filter(caught)
    if folded:
        found = found.filter(Q(wave=None) | ~Exists(newer))
    caught_by = Catch.objects.select_related("watch").order_by("watch__name")
    return found.prefetch_related(Prefetch("catches", queryset=caught_by))


def latest_id(*, seen_by: Member) -> int:
    """The mention heard last of all; what is heard from now on has higher ids."""
    seen_by.require("watch.read")
    kept = Mention.objects.filter(workspace_id=seen_by.workspace_id)
    return kept.order_by("-pk").values_list("pk", flat=True).first() or 0


def public_mentions(workspace_id: int) -> QuerySet[Mention]:
    """The same for the operator of the machine."""
    return (
        Mention.objects.select_related("identity__person", "channel", "wave")
        .filter(workspace_id=workspace_id, visibility="public", ours=False, deleted_at=None)
        .order_by("-posted_at", "-pk")
    )


def mention(mention_id: int, *, seen_by: Member) -> Mention:
    """One public kept post; NotFound otherwise."""
    found = mentions(seen_by=seen_by).filter(pk=mention_id).first()
    if found is None:
        raise NotFound("There is no such mention in this workspace.")
    return found


def wave(wave_id: int, *, seen_by: Member) -> Wave:
    """One wave of posts that are alike; NotFound otherwise, also when it went into another."""
    seen_by.require("watch.read")
    found = Wave.objects.filter(pk=wave_id, workspace_id=seen_by.workspace_id).first()
    if found is None:
        raise NotFound("There is no such wave in this workspace.")
    return found


def leads_of(mention_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Where the shortened links of mentions lead, by mention and canonical address."""
    rows = Carrying.objects.filter(mention_id__in=list(mention_ids), link__state=Link.State.KNOWN)
    found: dict[int, dict[str, str]] = {}
    for mention_id, address, leads_to in rows.values_list(
        "mention_id", "link__address", "link__leads_to"
    ):
        found.setdefault(mention_id, {})[address] = leads_to
    return found


def search(
    wording: Wording, *, seen_by: Member, before: int | None = None, limit: int = 50
) -> Found[Mention]:
    """Public posts that were kept and say this, heard last first."""
    public = mentions(seen_by=seen_by)

    def show(ids: Sequence[int]) -> dict[int, Mention]:
        return {one.pk: one for one in public.filter(pk__in=ids)}

    return searching.search(wording, seen_by.workspace_id, show, before=before, limit=limit)


def active_watches(workspace_id: int) -> list[Watch]:
    """What the matcher of a workspace is compiled from; for intake."""
    return list(Watch.objects.filter(workspace_id=workspace_id, active=True).order_by("pk"))


def watches_stamp(workspace_id: int) -> tuple[object, ...]:
    """What is never the same again once an active watch was added, changed or taken away; for
    intake, which asks every second and must not read all the watches for it."""
    active = Watch.objects.filter(workspace_id=workspace_id, active=True)
    return tuple(
        active.aggregate(
            count=Count("pk"),
            ids=Sum("pk"),
            changed_at=Max("changed_at"),
            to_inbox=Count("pk", filter=Q(to_inbox=True)),
        ).values()
    )


def kept_mentions(mention_ids: Iterable[int]) -> QuerySet[Mention]:
    """Mentions named by an event, in the order of their posting; for reactions."""
    found = Mention.objects.select_related("identity")
    return found.filter(pk__in=list(mention_ids)).order_by("posted_at", "pk")


def roots_of(workspace_id: int, source: str, external_ids: Iterable[str]) -> dict[str, str]:
    """The present roots of kept posts, by the posts' ids; for reactions."""
    found = Mention.objects.filter(
        workspace_id=workspace_id, source=source, external_id__in=list(external_ids)
    )
    return dict(found.values_list("external_id", "root"))


def place_of(mention: Mention) -> tuple[int, int]:
    """Where a mention stands in a list: microseconds since 1970 of its posting, and its id."""
    return (mention.posted_at - EPOCH) // timedelta(microseconds=1), mention.pk


def older_than(found: QuerySet[Mention], microseconds: int, mention_id: int) -> QuerySet[Mention]:
    """The part of a list of mentions after a keyset place."""
    moment = EPOCH + timedelta(microseconds=min(max(microseconds, 0), FAR))
    same_time = Q(posted_at=moment, pk__lt=mention_id)
    return found.filter(Q(posted_at__lt=moment) | same_time)
