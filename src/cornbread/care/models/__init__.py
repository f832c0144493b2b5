"""What this room keeps: conversations and their timelines."""

from cornbread.care.models.conversations import Conversation, Entry, Label, Presence, Strand

__all__ = ["Conversation", "Entry", "Label", "Presence", "Strand"]
