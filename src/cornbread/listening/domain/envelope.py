"""A batch as bytes, for the places where it waits between being heard and being taken in."""

import msgspec

from cornbread.channels.domain.posts import Batch


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A batch with the channel that heard it. ``workspace_id`` says where it is filed."""

    workspace_id: int
    channel_id: int
    batch: Batch


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Envelope)


def pack(envelope: Envelope) -> bytes:
    """The envelope as bytes (MessagePack, because payloads are bytes themselves)."""
    return _encoder.encode(envelope)


def unpack(data: bytes) -> Envelope:
    """The envelope of these bytes; raises ``msgspec.ValidationError`` or ``DecodeError``."""
    return _decoder.decode(data)
