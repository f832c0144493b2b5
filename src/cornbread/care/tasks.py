"""What time alone changes: levels that drop, and conversations that come back from a snooze."""

from django.db import transaction

from cornbread.care import queries
from cornbread.care.following import tell
from cornbread.care.models import Conversation
from cornbread.care.refreshing import refresh
from cornbread.foundation.jobs import every, job

#: Conversations worked out in one transaction.
CHUNK = 200


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
