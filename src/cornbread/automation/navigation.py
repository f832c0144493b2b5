"""Where the shell leads for this room: rules and macros, among the settings."""

from cornbread.foundation.navigation import Entry, Section, register

register(Entry(Section.SETTINGS, "rules", "Rules", "bolt", "rules", 50, "automation.read"))
register(
    Entry(Section.SETTINGS, "macros", "Macros", "list-check", "macros", 52, permission="macro.run")
)
register(
    Entry(Section.SETTINGS, "webhooks", "Webhooks", "plug", "webhooks", 54, "automation.write")
)
