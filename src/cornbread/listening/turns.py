"""Who may write posts: one transaction at a time for each source of a workspace.

Threads, accounts and mentions belong to one source, so batches of different ones need not wait
for each other.
"""

import threading
import time

from cornbread.channels.models import Channel
from cornbread.foundation.db import serialise


class _Waiting(threading.local):
    """How long this thread has waited for its turns, in seconds, ever."""

    seconds = 0.0


_waiting = _Waiting()


def take_turn(channel: Channel) -> None:
    """Wait for the turn of the channel's source; it is held to the end of the transaction."""
    began = time.monotonic()
    serialise(f"listening.write:{channel.source}", channel.workspace_id)
    _waiting.seconds += time.monotonic() - began


def waited_s() -> float:
    """How long this thread has waited for turns since it began; the difference of two is a wait."""
    return _waiting.seconds
