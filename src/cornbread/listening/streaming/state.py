"""How the stream stands, for the doctor, the metrics and ``cornbread stream info``."""

import msgspec

from cornbread.foundation.stream import Connection
from cornbread.listening.streaming.places import CONSUMER, Places
from cornbread.listening.streaming.sharing import stream


class StreamState(msgspec.Struct, frozen=True, kw_only=True):
    """``waiting`` messages were handed to nobody yet, ``held`` ones are being taken in.

    ``bytes`` of ``room_bytes`` are used; ``redelivered`` counts held messages handed out before.
    """

    server: str
    version: str
    name: str
    waiting: int
    held: int
    redelivered: int
    messages: int
    bytes: int
    room_bytes: int
    dead: int
    largest_bytes: int

    @property
    def filled(self) -> float:
        """The share of its room that is used, 0 to 1; a full stream makes the listeners wait."""
        return self.bytes / self.room_bytes if self.room_bytes > 0 else 0.0


def state() -> StreamState:
    """As it is now; raises StreamUnreachable, Disturbed, or Invalid for a wrong address."""
    connection, places = stream()
    return connection.call(_state(connection, places))


async def _state(connection: Connection, places: Places) -> StreamState:
    heard = await connection.jetstream.stream_info(places.heard_stream)
    dead = await connection.jetstream.stream_info(places.dead_stream)
    consumer = await connection.jetstream.consumer_info(places.heard_stream, CONSUMER)
    version = connection.client.connected_server_version
    return StreamState(
        server=connection.address.shown,
        version=f"{version.major}.{version.minor}.{version.patch}",
        name=connection.address.name,
        waiting=consumer.num_pending or 0,
        held=consumer.num_ack_pending or 0,
        redelivered=consumer.num_redelivered or 0,
        messages=heard.state.messages,
        bytes=heard.state.bytes,
        room_bytes=heard.config.max_bytes or 0,
        dead=dead.state.messages,
        largest_bytes=connection.client.max_payload,
    )
