"""Where the shell leads for this room: the channels."""

from cornbread.foundation.navigation import Entry, Section, register

register(
    Entry(
        Section.RAIL,
        key="channels",
        label="Channels",
        icon="plug-connected",
        url_name="channels",
        order=80,
        permission="channel.read",
        keys="g c",
    )
)
