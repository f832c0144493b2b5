"""Where the shell leads for this room: canned responses and signatures, among the settings."""

from cornbread.foundation.navigation import Entry, Section, register

register(
    Entry(Section.SETTINGS, "canned", "Canned responses", "messages", "canned", 46, "canned.read")
)
register(
    Entry(
        Section.SETTINGS,
        "signatures",
        "Signatures",
        "pencil",
        "signatures",
        48,
        "conversation.reply",
    )
)
