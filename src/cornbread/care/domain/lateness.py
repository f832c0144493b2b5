"""Conversations that were heard late: old posts that a back-fill found, listed apart.

A conversation is heard late while it is open, everything the customer said since our last answer
was heard long after it was posted, and nobody here has done anything with it since. A new timely
post brings it into the inbox, and so does whatever anybody does with it.
"""

from collections.abc import Sequence
from datetime import datetime

from cornbread.care.domain.clock import SPAN, microseconds
from cornbread.care.domain.timeline import Entry, EntryKind

#: Where conversations that were heard late begin in the queue: after all others.
LATE_FROM = 4 * SPAN
#: What happens to a timeline without anybody here doing anything.
_HAPPENS = frozenset(
    {
        EntryKind.MESSAGE_IN,
        EntryKind.MESSAGE_OUT,
        EntryKind.MESSAGE_EDITED,
        EntryKind.MESSAGE_DELETED,
        EntryKind.MERGED,
    }
)


def heard_late(ordered: Sequence[Entry]) -> bool:
    """Whether an open conversation with this timeline, in order, was heard late."""
    unanswered: list[Entry] = []
    for entry in reversed(ordered):
        if entry.answers:
            break
        if entry.inbound:
            if not entry.late:
                return False
            unanswered.append(entry)
    if not unanswered:
        return False
    # Entries are numbered as they are recorded: what came after the post was heard.
    since = min(entry.id for entry in unanswered)
    return not any(entry.id > since and entry.kind not in _HAPPENS for entry in ordered)


def late_position(last_at: datetime) -> int:
    """The place in the queue of what was heard late: the newest first."""
    return LATE_FROM + SPAN - microseconds(last_at)
