"""Who may hand posts in at an address, remembered for a second or two.

A burst must not ask the database for every message, and a changed secret must count soon.
"""

import asyncio
import time
from collections import OrderedDict

import msgspec
from asgiref.sync import sync_to_async
from django.db import close_old_connections

from cornbread.channels.domain.signing import good_secrets, key_of
from cornbread.channels.models import Channel
from cornbread.channels.queries import receiving_channel
from cornbread.foundation import clock

#: After this a door is read again, while the known one still serves; older than the second, it
#: does not.
FRESH_S, STALE_S = 1.0, 2.0
#: Addresses remembered, those that lead nowhere too: guessing must not fill the memory.
MOST = 10_000


class Door(msgspec.Struct, frozen=True):
    """A channel that takes posts, and the keys that sign for it; the newest first."""

    workspace_id: int
    channel_id: int
    state: str
    keys: tuple[bytes, ...]


class Doors:
    """The doors of one event loop, each read by one look at a time."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, Door | None]] = OrderedDict()
        self._looks: dict[str, asyncio.Task[Door | None]] = {}

    async def find(self, key: str) -> Door | None:
        """The door at this address; None where there is none."""
        known = self._known.get(key)
        age = STALE_S if known is None else time.monotonic() - known[0]
        if known is not None and age < FRESH_S:
            return known[1]
        look = self._looks.get(key)
        if look is None:
            look = self._looks[key] = asyncio.create_task(self._look(key))
        return known[1] if known is not None and age < STALE_S else await asyncio.shield(look)

    async def _look(self, key: str) -> Door | None:
        try:
            began = time.monotonic()
            door = await _read(key)
            self._known[key] = (began, door)
            self._known.move_to_end(key)
            if len(self._known) > MOST:
                self._known.popitem(last=False)
            return door
        finally:
            del self._looks[key]


@sync_to_async
def _read(key: str) -> Door | None:
    close_old_connections()
    channel = receiving_channel(key)
    return None if channel is None else door_of(channel)


def door_of(channel: Channel) -> Door:
    """What handing in at a channel needs to know of it."""
    secrets = good_secrets(channel.secret, clock.now())
    return Door(channel.workspace_id, channel.pk, channel.state, tuple(map(key_of, secrets)))
