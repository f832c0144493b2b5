"""What care keeps: conversations with their timelines, what was promised about them, and what was
done to many at once.
"""

from cornbread.care.models.changes import Change, Changed
from cornbread.care.models.conversations import Conversation, Entry, Label, Presence, Strand
from cornbread.care.models.promising import Breach, Calendar, OpenPromise, SlaPolicy

__all__ = [
    "Breach",
    "Calendar",
    "Change",
    "Changed",
    "Conversation",
    "Entry",
    "Label",
    "OpenPromise",
    "Presence",
    "SlaPolicy",
    "Strand",
]
