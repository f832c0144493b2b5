"""Who may write posts: one transaction at a time for each source of a workspace.

Threads, accounts and mentions belong to one source, so batches of different ones need not wait
for each other.
"""

from cornbread.channels.models import Channel
from cornbread.foundation.db import serialise


def take_turn(channel: Channel) -> None:
    """Wait for the turn of the channel's source; it is held to the end of the transaction."""
    serialise(f"listening.write:{channel.source}", channel.workspace_id)
