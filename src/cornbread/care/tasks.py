"""What time alone changes: levels that drop, and conversations that come back from a snooze."""

from datetime import timedelta

from django.db import transaction

from cornbread.care import queries
from cornbread.care.following import tell
from cornbread.care.models import Change, Conversation
from cornbread.care.refreshing import refresh
from cornbread.foundation import clock
from cornbread.foundation.jobs import every, job

#: Conversations worked out in one transaction.
CHUNK = 200
#: What was done to many at once can be asked about for so long.
REMEMBERED = timedelta(days=1)


@every(seconds=15)
@job(queue="maintenance")
def keep_clocks() -> None:
    """Work out anew every conversation whose clock or status time has changed."""
    while ids := queries.due_for_change(CHUNK):
        _refresh(ids)


@transaction.atomic
def _refresh(ids: list[int]) -> None:
    refresh(ids, settled=True)
    changed: dict[int, list[int]] = {}
    for workspace_id, id_ in Conversation.objects.filter(pk__in=ids).values_list(
        "workspace_id", "pk"
    ):
        changed.setdefault(workspace_id, []).append(id_)
    for workspace_id, conversation_ids in changed.items():
        tell(workspace_id, conversation_ids, "clock")


@every(seconds=3_600)
@job(queue="maintenance")
def forget_changes() -> None:
    """Let go of changes that nobody takes back any more; the timelines keep what was done."""
    Change.objects.filter(created_at__lt=clock.now() - REMEMBERED).delete()
