"""Where the shell leads for this room: the watches."""

from cornbread.foundation.navigation import Entry, Section, register

register(
    Entry(
        Section.RAIL,
        key="listening",
        label="Listening",
        icon="ear",
        url_name="watches",
        order=40,
        permission="watch.read",
        keys="g l",
    )
)
