"""Every change to a conversation. Each locks it, checks permission, adds to the timeline, and
works the level out anew, in one transaction.
"""

from cornbread.care.actions.calendars import delete_calendar, import_days, save_calendar
from cornbread.care.actions.changes import change_many, change_matching, change_one, undo
from cornbread.care.actions.conversations import (
    assign,
    bring_in,
    hand_to_team,
    note,
    open_from_mention,
    reopen,
    resolve,
    set_pending,
    snooze,
)
from cornbread.care.actions.gestures import gesture
from cornbread.care.actions.labels import create_label, label, unlabel
from cornbread.care.actions.policies import Terms, delete_policy, move_policy, save_policy
from cornbread.care.actions.presence import look, look_away
from cornbread.care.actions.priorities import prioritise
from cornbread.care.actions.replies import (
    Mode,
    Target,
    discard_draft,
    draft_of,
    reply,
    save_draft,
    target_of,
)
from cornbread.care.actions.touches import record_touch, remember_from

__all__ = [
    "Mode",
    "Target",
    "Terms",
    "assign",
    "bring_in",
    "change_many",
    "change_matching",
    "change_one",
    "create_label",
    "delete_calendar",
    "delete_policy",
    "discard_draft",
    "draft_of",
    "gesture",
    "hand_to_team",
    "import_days",
    "label",
    "look",
    "look_away",
    "move_policy",
    "note",
    "open_from_mention",
    "prioritise",
    "record_touch",
    "remember_from",
    "reopen",
    "reply",
    "resolve",
    "save_calendar",
    "save_draft",
    "save_policy",
    "set_pending",
    "snooze",
    "target_of",
    "undo",
    "unlabel",
]
