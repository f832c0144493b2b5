"""All levels and clocks of a workspace, worked out anew: what is quick or slow has changed."""

from cornbread.care import queries
from cornbread.care.events import LevelsRecomputed
from cornbread.care.refreshing import refresh
from cornbread.foundation.jobs import enqueue, job
from cornbread.foundation.outbox import emit

#: Conversations worked out in one transaction, so that nobody waits long for the write lock.
CHUNK = 200


@job(queue="maintenance", atomic=True)
def recompute(workspace_id: int, after_id: int = 0) -> None:
    """Work out the next conversations after this id, and ask for those that follow."""
    ids = queries.conversations_after(workspace_id, after_id, CHUNK)
    refresh(ids, settled=True)
    if len(ids) == CHUNK:
        enqueue(recompute, workspace_id=workspace_id, after_id=ids[-1])
    else:
        emit(LevelsRecomputed(workspace_id=workspace_id))
