"""Working out, from timelines, what conversations show and are sorted by."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from cornbread.care import queries
from cornbread.care.domain import timeline
from cornbread.care.domain.clock import clock as clock_of
from cornbread.care.domain.levels import Thresholds, level
from cornbread.care.domain.status import standing_of
from cornbread.care.domain.timeline import EntryKind, details_of
from cornbread.care.models import Conversation, Entry
from cornbread.foundation import clock
from cornbread.foundation.db import update_each
from cornbread.team.models import Workspace

WORKED_OUT = (
    "status",
    "snoozed_until",
    "level",
    "first_message_at",
    "first_answer_at",
    "waiting_since",
    "due_at",
    "last_at",
    "preview",
    "last_entry_id",
    "position",
    "changes_at",
)
#: Of each entry; a channel's secret would be opened for every row.
NEEDED = (
    "conversation_id",
    "kind",
    "at",
    "visibility",
    "human",
    "identity_id",
    "details",
    "text",
    "mention__text",
    "mention__deleted_at",
    "delivery__text",
    "channel__kind",
)
MESSAGES = (EntryKind.MESSAGE_IN, EntryKind.MESSAGE_OUT)


def refresh(conversation_ids: Iterable[int]) -> None:
    """Work these conversations out anew from their timelines. Inside the caller's transaction."""
    conversations = queries.for_refresh(conversation_ids)
    timelines = _timelines([one.pk for one in conversations])
    now = clock.now()
    for conversation in conversations:
        _work_out(conversation, timelines[conversation.pk], now)
    update_each(conversations, WORKED_OUT)


def _timelines(conversation_ids: Sequence[int]) -> dict[int, list[Entry]]:
    found: dict[int, list[Entry]] = defaultdict(list)
    for start in range(0, len(conversation_ids), 900):
        rows = (
            Entry.objects.select_related("mention", "delivery", "channel")
            .only(*NEEDED)
            .filter(conversation__in=conversation_ids[start : start + 900])
            .order_by("at", "pk")
        )
        for row in rows:
            found[row.conversation_id].append(row)
    return found


def _work_out(conversation: Conversation, rows: Sequence[Entry], now: datetime) -> None:
    thresholds = thresholds_of(conversation.workspace)
    entries = [entry_value(row) for row in rows]
    result = level(entries, thresholds)
    shown = clock_of(entries, thresholds, now)
    standing = standing_of(entries, now=now)
    # Putting two conversations together is upkeep, not activity.
    moments = (row.at for row in rows if row.kind != EntryKind.MERGED)
    last = max(moments, default=conversation.created_at)
    conversation.status = standing.status
    conversation.snoozed_until = standing.snoozed_until
    conversation.level = result.level
    conversation.first_message_at = result.first_message_at
    conversation.first_answer_at = result.first_answer_at
    conversation.waiting_since = shown.waiting_since
    conversation.due_at = shown.due_at
    conversation.last_at = last
    conversation.preview = _preview(rows)
    conversation.last_entry_id = max((row.pk for row in rows), default=0)
    conversation.position = shown.position(last)
    times = [time for time in (shown.changes_at, standing.snoozed_until) if time is not None]
    conversation.changes_at = min(times, default=None)


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


def _preview(rows: Sequence[Entry]) -> str:
    said = [words_of(row) for row in rows if row.kind in MESSAGES]
    return " ".join(next((words for words in reversed(said) if words), "").split())[:200]
