"""Reads about conversations, each naming its reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import BigIntegerField, ExpressionWrapper, F, Prefetch, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, In

from cornbread.care.domain.lateness import LATE_FROM
from cornbread.care.finding import about, saying
from cornbread.care.models import Conversation, Entry, Label, Presence
from cornbread.foundation import clock
from cornbread.foundation.errors import NotFound
from cornbread.people.models import Identity, Memory
from cornbread.people.queries import held_memories
from cornbread.team.models import Member
from cornbread.team.queries import team_ids

#: Folders are counted up to here: "999+" is what such a one shows.
MANY = 1000
#: Somebody who gave no sign for so long is not looking any more.
PRESENT_FOR = timedelta(seconds=40)


@dataclass(frozen=True)
class Filters:
    """What a reader wants to see of the inbox. Empty means everything."""

    status: str = "open"
    assignee: str = ""  # "me", "none" or a member's id
    label: str = ""
    priority: str = ""
    channel: int | None = None
    person: int | None = None
    level: int | None = None
    search: str = ""  # what was said, by whom, and what was noted
    about: str = ""  # only by whom, and what was noted
    late: bool | None = None  # only what was heard late, or only the rest
    my_teams: bool = False  # only what was given to a team of the reader's


def conversations(*, seen_by: Member, narrow: bool = False) -> QuerySet[Conversation]:
    """The conversations the reader may know of; partners see what was given to them.

    ``narrow`` says that ids, a person or a colleague narrow it to few: see ``_beside``.
    """
    seen_by.require("conversation.read")
    limited = seen_by.limited_to_teams
    brand = _beside("workspace_id") if narrow or limited else F("workspace_id")
    found = Conversation.objects.filter(Exact(brand, seen_by.workspace_id), merged_into=None)
    if limited:
        teams = team_ids(seen_by=seen_by)
        if narrow:
            theirs = Q(In(_beside("team_id"), teams)) if teams else Q()
            theirs |= Q(Exact(_beside("assignee_id"), seen_by.pk))
        else:
            theirs = Q(team_id__in=teams) | Q(assignee_id=seen_by.pk)
        found = found.filter(theirs)
    return found


def _beside(column: str) -> Combinable:
    """A column that is compared but by which no index is entered.

    Databases guess how many rows a brand or a team has, and guess wrong where one has nearly all:
    then they read a million conversations to find those few that something else would lead to.
    """
    return ExpressionWrapper(F(column) + 0, output_field=BigIntegerField())


def inbox(filters: Filters, *, seen_by: Member) -> QuerySet[Conversation]:
    """The reader's conversations by filter, what will be late first."""
    return _as_rows(narrowed(filters, seen_by=seen_by))


def rows(ids: Iterable[int], *, seen_by: Member) -> QuerySet[Conversation]:
    """These conversations of the reader, what will be late first."""
    return _as_rows(conversations(seen_by=seen_by, narrow=True).filter(pk__in=ids))


def _as_rows(found: QuerySet[Conversation]) -> QuerySet[Conversation]:
    # A page has few channels, colleagues and teams. Joined, they would take PostgreSQL longer to
    # plan than all the rest takes to read.
    colleagues = Prefetch("assignee", queryset=Member.objects.select_related("user"))
    return (
        found.select_related("person", "identity")
        .prefetch_related("channel", colleagues, "team", "labels", "promise", _present())
        .order_by("position", "pk")
    )


def narrowed(filters: Filters, *, seen_by: Member, narrow: bool = False) -> QuerySet[Conversation]:
    """The reader's conversations by filter; ``narrow`` as for ``conversations``."""
    someones = filters.assignee not in ("", "none") or filters.person is not None
    narrow = narrow or someones or filters.my_teams or bool(filters.search or filters.about)
    found = conversations(seen_by=seen_by, narrow=narrow)
    if filters.status and filters.status != "all":
        found = found.filter(status=filters.status)
    if filters.assignee == "me":
        found = found.filter(assignee_id=seen_by.pk)
    elif filters.assignee == "none":
        found = found.filter(assignee_id=None)
    elif filters.assignee.isdecimal():
        found = found.filter(assignee_id=int(filters.assignee))
    if filters.late is not None:
        # A stretch of the queue: what was heard late stands behind everything else.
        found = found.filter(**{"position__gte" if filters.late else "position__lt": LATE_FROM})
    if filters.my_teams:
        found = found.filter(team_id__in=team_ids(seen_by=seen_by))
    if filters.label:
        found = found.filter(labels__name=filters.label)
    if filters.priority:
        found = found.filter(priority=filters.priority)
    for field in ("channel", "person", "level"):
        value = getattr(filters, field)
        if value is not None:
            found = found.filter(**{field: value})
    if filters.level:
        found = found.filter(level__gt=0)  # as the index says that has few or none of a level
    if filters.search:
        both = saying(filters.search, seen_by.workspace_id)
        found = found.filter(pk__in=both | about(filters.search, seen_by.workspace_id))
    elif filters.about:
        found = found.filter(pk__in=about(filters.about, seen_by.workspace_id))
    return found


def after(found: QuerySet[Conversation], place: tuple[int, int] | None) -> QuerySet[Conversation]:
    """The part of an inbox after a keyset place: the position and id of the last one seen."""
    if place is None:
        return found
    position, id_ = place
    # Said so that an index is entered at the place, rather than read from its beginning.
    return found.filter(Q(position__gt=position) | Q(pk__gt=id_), position__gte=position)


def _present() -> Prefetch[str, QuerySet[Presence], str]:
    return Prefetch("presences", queryset=_fresh_presences(), to_attr="present")


def _fresh_presences() -> QuerySet[Presence]:
    recent = clock.now() - PRESENT_FOR
    return Presence.objects.select_related("member__user").filter(seen_at__gte=recent)


def conversation(conversation_id: int, *, seen_by: Member, lock: bool = False) -> Conversation:
    """One conversation; a merged one leads to where it went. NotFound for everybody else."""
    conversation_id = _where_it_went(conversation_id, seen_by)
    found = conversations(seen_by=seen_by, narrow=True)
    if lock:
        found = found.select_for_update(of=("self",))
    else:
        found = found.select_related("person", "identity", "channel", "assignee__user", "team")
        found = found.prefetch_related("labels", "promise")
    one = found.filter(pk=conversation_id).first()
    if one is None:
        raise NotFound("There is no such conversation, or it was not given to your team.")
    return one


def conversation_of_mention(mention_id: int, *, seen_by: Member) -> Conversation:
    """The conversation in whose timeline a post stands; NotFound where there is none."""
    entry = Entry.objects.filter(mention_id=mention_id, workspace_id=seen_by.workspace_id).first()
    if entry is None:
        raise NotFound("This post is in no conversation.")
    return conversation(entry.conversation_id, seen_by=seen_by)


def _where_it_went(conversation_id: int, seen_by: Member) -> int:
    gone = Conversation.objects.filter(
        pk=conversation_id, workspace_id=seen_by.workspace_id, merged_into__isnull=False
    ).first()
    return gone.merged_into_id or conversation_id if gone else conversation_id


def entries(conversation_id: int, *, seen_by: Member) -> QuerySet[Entry]:
    """The timeline of a conversation, in the order in which things happened."""
    one = conversation(conversation_id, seen_by=seen_by)
    return (
        Entry.objects.select_related(
            *("mention__identity", "mention__wave", "delivery__by__user"),
            *("member__user", "channel", "identity"),
        )
        .filter(conversation=one)
        .order_by("at", "pk")
    )


def present(conversation_id: int, *, seen_by: Member) -> QuerySet[Presence]:
    """Colleagues who have the conversation open right now, not the reader."""
    return (
        _fresh_presences()
        .filter(conversation_id=conversation_id, workspace_id=seen_by.workspace_id)
        .exclude(member=seen_by)
    )


def others_of_person(one: Conversation, *, seen_by: Member) -> QuerySet[Conversation]:
    """Other conversations with the same person, newest first."""
    found = (
        conversations(seen_by=seen_by, narrow=True)
        .filter(person_id=one.person_id)
        .exclude(pk=one.pk)
    )
    return found.select_related("channel").order_by("-last_at", "-pk")


def of_person(person_id: int, *, seen_by: Member) -> QuerySet[Conversation]:
    """The conversations with a person that the reader may know of, newest first."""
    found = conversations(seen_by=seen_by, narrow=True).filter(person_id=person_id)
    return found.select_related("channel", "assignee__user").order_by("-last_at", "-pk")


def identities_of(one: Conversation) -> QuerySet[Identity]:
    """The accounts of the person of a conversation that was already opened to the reader."""
    return Identity.objects.filter(person_id=one.person_id).order_by("pk")


def memories_of(one: Conversation) -> QuerySet[Memory]:
    """What is remembered of the person of a conversation already opened to the reader."""
    return held_memories(one.workspace_id, one.person_id)


def labels(*, seen_by: Member) -> QuerySet[Label]:
    """The labels of the reader's workspace."""
    return Label.objects.filter(workspace_id=seen_by.workspace_id).order_by("name")


def counts(*, seen_by: Member) -> dict[str, int]:
    """How many conversations stand where, for the folders of the inbox; never more than MANY.

    Nobody reads on beyond a thousand, and counting a million takes longer than all the page.
    """
    every = conversations(seen_by=seen_by)
    opened = every.filter(status="open", position__lt=LATE_FROM)
    theirs = conversations(seen_by=seen_by, narrow=True).filter(assignee_id=seen_by.pk)
    folders = {
        "open": opened,
        "mine": theirs.filter(status="open", position__lt=LATE_FROM),
        "unassigned": opened.filter(assignee_id=None),
        "pending": every.filter(status="pending"),
        "snoozed": every.filter(status="snoozed"),
        "late": every.filter(status="open", position__gte=LATE_FROM),
    }
    if teams := team_ids(seen_by=seen_by):
        given = conversations(seen_by=seen_by, narrow=True).filter(team_id__in=teams)
        folders["team"] = given.filter(status="open", position__lt=LATE_FROM)
    return {name: found.order_by()[:MANY].count() for name, found in folders.items()}


def due_for_change(limit: int = 500) -> list[int]:
    """Conversations whose clock or status time alone has changed; for the periodic job."""
    due = Conversation.objects.filter(changes_at__lt=clock.now(), merged_into=None)
    return list(due.order_by("changes_at").values_list("pk", flat=True)[:limit])


def conversations_after(workspace_id: int, after_id: int, limit: int) -> list[int]:
    """The next conversations of a workspace by id; for the job that works all of them out."""
    found = Conversation.objects.filter(workspace_id=workspace_id, pk__gt=after_id)
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])


class Opened(NamedTuple):
    """A conversation, to whom it belongs, and when it was begun here."""

    id: int
    workspace_id: int
    created_at: datetime


def for_refresh(conversation_ids: Iterable[int]) -> list[Opened]:
    """Conversations whose worked-out columns are to be computed anew.

    They are locked before their timelines are read, so that two transactions that both add to
    one conversation do not each work it out without the other's entry.
    """
    ids = set(conversation_ids)
    if not ids:
        return []
    # Everybody locks in the order of ids, so that no two wait for one another.
    found = Conversation.objects.filter(pk__among=ids).select_for_update().order_by("pk")
    return [Opened(*row) for row in found.values_list("pk", "workspace_id", "created_at")]


def levels_of(workspace_id: int) -> QuerySet[Conversation]:
    """Every conversation that counts for the measures of a workspace, run by its operator."""
    return Conversation.objects.filter(
        workspace_id=workspace_id, merged_into=None, first_message_at__isnull=False
    )
