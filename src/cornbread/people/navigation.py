"""Where the shell leads for this room: the people."""

from cornbread.foundation.navigation import Entry, Section, register

register(
    Entry(
        Section.RAIL,
        key="people",
        label="People",
        icon="users",
        url_name="people",
        order=50,
        permission="person.read",
        keys="g p",
    )
)
