"""Working out, from timelines, what conversations show and are sorted by."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from cornbread.care import queries
from cornbread.care.domain import timeline
from cornbread.care.domain.levels import Thresholds
from cornbread.care.domain.timeline import EntryKind, details_of
from cornbread.care.models import Conversation, Entry
from cornbread.care.queries import Opened
from cornbread.care.timelines import MESSAGES, WORKED_OUT, Timelines
from cornbread.foundation import bulk, clock
from cornbread.team.models import Workspace

__all__ = ["MESSAGES", "entry_value", "refresh", "rewrite", "thresholds_of", "words_of"]


def refresh(conversation_ids: Iterable[int], *, settled: bool = False) -> None:
    """Work these conversations out anew from their timelines. Inside the caller's transaction."""
    locked = queries.for_refresh(conversation_ids)
    timelines = Timelines({one.workspace_id for one in locked}, clock.now(), settled=settled)
    timelines.read([one.id for one in locked])
    rewrite(locked, timelines)


def rewrite(locked: Sequence[Opened], timelines: Timelines) -> None:
    """Write what comes out of the timelines of conversations that were locked before, and what
    was promised in these and in others that the same timelines were worked out for.
    """
    rows = [
        (one.id, *timelines.worked_out(one.id, one.workspace_id, one.created_at)) for one in locked
    ]
    bulk.update(Conversation, ("id", *WORKED_OUT), rows)
    timelines.promising.write()


def thresholds_of(workspace: Workspace) -> Thresholds:
    """What counts as quick and slow in a workspace."""
    return Thresholds(timedelta(seconds=workspace.quick_s), timedelta(seconds=workspace.slow_s))


def entry_value(row: Entry) -> timeline.Entry:
    """A stored entry as the value that levels and clocks are worked out from."""
    kind = EntryKind(row.kind)
    return timeline.Entry(
        id=row.pk,
        at=row.at,
        kind=kind,
        human=row.human,
        visibility=timeline.Visibility(row.visibility),
        network=row.channel.kind if row.channel else "",
        identity_id=row.identity_id,
        details=details_of(kind, row.details),
    )


def words_of(row: Entry) -> str:
    """What an entry says: messages keep their words where they were heard or sent from."""
    if row.mention is not None:
        return "" if row.mention.deleted_at else row.mention.text
    return row.delivery.text if row.delivery is not None else row.text
