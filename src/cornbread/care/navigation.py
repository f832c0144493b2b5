"""Where the shell leads for this room: the inbox."""

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
