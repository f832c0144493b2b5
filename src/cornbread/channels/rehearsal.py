"""Scripted customers for a channel of the sandbox, so that everything can be tried out."""

from django.db import transaction

from cornbread.channels import queries
from cornbread.channels.models import Channel
from cornbread.channels.networks.sandbox import SandboxNetwork, server
from cornbread.channels.networks.sandbox.scenes import find_scene
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.team.actions import record
from cornbread.team.models import Member

#: What is still to come in these lasts about an hour in real time.
SCENES = ("lifts", "quiet")


def can_rehearse(channel: Channel) -> bool:
    """Whether the customers there are ours to direct."""
    return isinstance(channel.network, SandboxNetwork)


@transaction.atomic
def rehearse(channel_id: int, *, by: Member) -> Channel:
    """Let customers talk on a channel of the sandbox, from now on and for a while."""
    by.require("channel.write")
    channel = queries.channel(channel_id, seen_by=by)
    if not can_rehearse(channel):
        raise Invalid("Only the sandbox has scripted customers.")
    now = clock.now()
    # Each performance has ids of its own, so that it can be given again.
    run = f"{int(now.timestamp()):x}"
    for scene in filter(None, map(find_scene, SCENES)):
        server.start(channel.account(), scene, now=now, run=run)
    record(channel.workspace_id, by, "channel.rehearsed", f"channel:{channel.pk}")
    return channel
