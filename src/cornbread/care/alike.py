"""Which conversations are about posts that many people wrote alike."""

from collections.abc import Iterable

from cornbread.care.models import Entry
from cornbread.listening.models import Wave
from cornbread.team.models import Member


def waves_of(conversation_ids: Iterable[int], *, seen_by: Member) -> dict[int, Wave]:
    """The largest wave that each of these conversations has a part in; the reader was shown
    them already.
    """
    rows = Entry.objects.filter(
        workspace_id=seen_by.workspace_id,
        conversation_id__among=list(conversation_ids),
        mention__wave__isnull=False,
    ).values_list(
        "conversation_id", "mention__wave", "mention__wave__size", "mention__wave__first_at"
    )
    found: dict[int, Wave] = {}
    for id_, wave_id, size, first_at in rows:
        if id_ not in found or found[id_].size < size:
            found[id_] = Wave(pk=wave_id, size=size, first_at=first_at)
    return found
