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
register(
    Entry(
        Section.START,
        key="first-channel",
        label="Connect a channel",
        icon="plug",
        url_name="channel_first",
        order=10,
        permission="channel.write",
    )
)
