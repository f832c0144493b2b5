"""Where the shell leads for this room: the inbox, opening hours and promises."""

from cornbread.foundation.navigation import Entry, Section, register

register(
    Entry(
        Section.RAIL,
        key="inbox",
        label="Inbox",
        icon="inbox",
        url_name="inbox",
        order=10,
        permission="conversation.read",
        keys="g i",
    )
)
register(
    Entry(Section.SETTINGS, "hours", "Opening hours", "clock", "calendars", 40, "promise.read")
)
register(
    Entry(Section.SETTINGS, "promises", "Promises", "hourglass", "policies", 42, "promise.read")
)
