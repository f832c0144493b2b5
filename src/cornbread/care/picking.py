"""Reads for what is done to many conversations at once."""

from collections.abc import Iterable

from cornbread.care.models import Change
from cornbread.care.queries import Filters, conversations, narrowed
from cornbread.foundation.errors import NotFound
from cornbread.team.models import Member


def known_ids(ids: Iterable[int], *, seen_by: Member) -> list[int]:
    """Those of the ids that are conversations the reader may know of."""
    found: list[int] = []
    wanted = list(ids)
    for at in range(0, len(wanted), 500):
        some = conversations(seen_by=seen_by, narrow=True).filter(pk__in=wanted[at : at + 500])
        found += some.values_list("pk", flat=True)
    return found


def matching_ids(filters: Filters, *, seen_by: Member, limit: int) -> list[int]:
    """The ids of the conversations that match, ascending; at most ``limit``."""
    found = narrowed(filters, seen_by=seen_by).order_by("pk")
    return list(found.values_list("pk", flat=True)[:limit])


def change(change_id: int, *, seen_by: Member, lock: bool = False) -> Change:
    """A change of the reader's own; NotFound for everybody else."""
    found = Change.objects.filter(pk=change_id, workspace_id=seen_by.workspace_id, by_id=seen_by.pk)
    one = (found.select_for_update() if lock else found).first()
    if one is None:
        raise NotFound("There is no such change of yours. They are kept for a day.")
    return one
