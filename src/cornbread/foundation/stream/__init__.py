"""A stream between processes (NATS JetStream), for installations that outgrew one machine."""

from cornbread.foundation.stream.address import StreamAddress, parse
from cornbread.foundation.stream.connection import Connection, Disturbed, StreamUnreachable

__all__ = ["Connection", "Disturbed", "StreamAddress", "StreamUnreachable", "parse"]
