"""The one connection of this process to the stream, opened when it is first needed."""

import os
import threading

from django.conf import settings

from cornbread.foundation.stream import Connection, Disturbed, StreamUnreachable, parse
from cornbread.listening.streaming.places import Places

_lock = threading.Lock()
_open: dict[int, tuple[Connection, Places]] = {}


def wanted() -> bool:
    """Whether this installation puts a stream between listeners and intake."""
    return bool(settings.STREAM_URL)


def stream() -> tuple[Connection, Places]:
    """The connection, with both streams there; raises StreamUnreachable or Invalid."""
    with _lock:
        # A forked process must not use its parent's connection.
        known = _open.get(os.getpid())
        if known is None:
            known = _open[os.getpid()] = _connect()
        return known


def close() -> None:
    """Let go of the connection of this process."""
    with _lock:
        if known := _open.pop(os.getpid(), None):
            known[0].close()


def _connect() -> tuple[Connection, Places]:
    address = parse(settings.STREAM_URL)
    connection = Connection(address).open()
    places = Places(address.name)
    try:
        connection.call(places.ensure(connection.jetstream))
    except Disturbed as trouble:
        connection.close()
        raise StreamUnreachable(
            f"The streams cannot be made at {address.shown}: {trouble}. Does this sign-in allow "
            f"JetStream, and is there room for {places.heard_stream}?"
        ) from trouble
    return connection, places
