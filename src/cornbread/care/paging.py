"""Pages of the inbox, each read along an index, however many conversations there are."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q, QuerySet

from cornbread.care import queries
from cornbread.care.models import Conversation
from cornbread.care.queries import Filters
from cornbread.team.models import Member
from cornbread.team.queries import team_ids

Place = tuple[int, int]
"""Where a conversation stands in the list: its position and its id."""


def page(
    filters: Filters, *, seen_by: Member, place: Place | None, size: int
) -> list[Conversation]:
    """The first conversations after a place, what will be late first."""
    asked = places(filters, seen_by=seen_by, place=place, size=size)
    found = sorted({one for query in asked for one in query})
    ids = [pk for _, pk in found[:size]]
    rows = {one.pk: one for one in queries.rows(ids, seen_by=seen_by)}
    return [rows[pk] for pk in ids if pk in rows]


def places(
    filters: Filters, *, seen_by: Member, place: Place | None, size: int
) -> Sequence[QuerySet[Conversation, Place]]:
    """Queries whose results together hold the first places of the list, each along an index.

    The indexes begin with the team or the colleague, and the status: a list of several of them is
    merged from one of each. Words narrow to few conversations, and are looked up only once.
    """
    statuses: Sequence[str] = [filters.status]
    shares = [Q()]
    if not (filters.search or filters.about):
        if filters.status in ("", "all"):
            statuses = Conversation.Status.values
        if seen_by.limited_to_teams:
            theirs = (Q(team_id=team_id) for team_id in team_ids(seen_by=seen_by))
            shares = [Q(assignee_id=seen_by.pk), *theirs]
        if filters.my_teams:
            shares = [Q(team_id=team_id) for team_id in team_ids(seen_by=seen_by)]
    narrow = seen_by.limited_to_teams
    every = (
        queries.narrowed(replace(filters, status=one), seen_by=seen_by, narrow=narrow)
        for one in statuses
    )
    return [
        queries.after(found, place)
        .filter(share)
        .order_by("position", "pk")
        .values_list("position", "pk")[:size]
        for found in every
        for share in shares
    ]
