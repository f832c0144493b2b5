"""Messages found again by their words, for whoever may read their conversations."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cornbread.care import queries
from cornbread.care.models import Entry
from cornbread.care.queries import Filters
from cornbread.listening import searching
from cornbread.listening.domain.wording import Wording
from cornbread.listening.searching import Found
from cornbread.team.models import Member


def messages(
    wording: Wording,
    filters: Filters,
    *,
    seen_by: Member,
    before: int | None = None,
    limit: int = 50,
) -> Found[Entry]:
    """The messages that say this in conversations the reader may know of, heard last first.

    ``filters`` narrow the conversations; ``before`` goes on after an earlier page.
    """
    filters = replace(filters, search="", about="")
    narrowed = queries.narrowed(filters, seen_by=seen_by, narrow=True)

    def show(ids: Sequence[int]) -> dict[int, Entry]:
        # Small looks: joined into one, a database may begin with all conversations there are.
        of = dict(
            Entry.objects.filter(mention_id__among=ids, mention__deleted_at=None).values_list(
                "pk", "conversation_id"
            )
        )
        seen = narrowed.filter(pk__among=set(of.values())).values_list("pk", flat=True)
        visible = set(seen)
        return _entries(pk for pk, one in of.items() if one in visible)

    return searching.search(wording, seen_by.workspace_id, show, before=before, limit=limit)


def _entries(ids: Iterable[int]) -> dict[int, Entry]:
    """Entries with what a list shows of them, by their mentions."""
    ids = list(ids)
    if not ids:
        return {}
    found = Entry.objects.select_related(
        "conversation__person", "mention__identity", "channel", "member__user", "identity"
    )
    return {one.mention_id: one for one in found.filter(pk__in=ids) if one.mention_id is not None}
