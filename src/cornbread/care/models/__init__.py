"""What care keeps: conversations with their timelines, and what was promised about them."""

from cornbread.care.models.conversations import Conversation, Entry, Label, Presence, Strand
from cornbread.care.models.promising import Breach, Calendar, OpenPromise, SlaPolicy

__all__ = [
    "Breach",
    "Calendar",
    "Conversation",
    "Entry",
    "Label",
    "OpenPromise",
    "Presence",
    "SlaPolicy",
    "Strand",
]
