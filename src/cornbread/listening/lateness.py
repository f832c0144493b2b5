"""Which posts of a batch were heard too long after their posting to be news."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cornbread.channels import registry
from cornbread.channels.models import Channel
from cornbread.listening.domain.intake import Candidate
from cornbread.listening.domain.lateness import LEAST_S, older
from cornbread.team.queries import late_limit


def heard_late(channel: Channel, new: Sequence[Candidate], now: datetime) -> frozenset[str]:
    """Their ids. The workspace is asked for its limit only where a post is old at all."""
    may_be = older(new, than=timedelta(seconds=LEAST_S), heard_at=now)
    if not may_be or registry.network(channel.kind).capabilities.tells_history:
        return frozenset()
    return older(new, than=late_limit(channel.workspace_id), heard_at=now)
