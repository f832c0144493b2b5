"""How many posts each stream brought, kept or not: counted as they come, shown by channel."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from django.db import connection

from cornbread.channels.models import Channel
from cornbread.channels.volume import HOURS, counted_by
from cornbread.channels.volume import Volume as Shown
from cornbread.foundation import clock
from cornbread.listening.models import Volume
from cornbread.team.models import Member


@counted_by
def heard_lately(seen_by: Member) -> Mapping[int, Shown]:
    """Posts of every channel in the last 24 hours, by hour."""
    this_hour = clock.now().replace(minute=0, second=0, microsecond=0)
    first = this_hour - timedelta(hours=HOURS - 1)
    rows = Volume.objects.filter(workspace_id=seen_by.workspace_id, hour__gte=first)
    heard: dict[int, list[int]] = defaultdict(lambda: [0] * HOURS)
    kept: dict[int, int] = defaultdict(int)
    for channel_id, hour, count, mattered in rows.values_list(
        "channel_id", "hour", "heard", "kept"
    ):
        at = int((hour - first).total_seconds() // 3600)
        heard[channel_id][min(at, HOURS - 1)] += count
        kept[channel_id] += mattered
    return {one: Shown(tuple(hours), kept[one]) for one, hours in heard.items()}


def count(channel: Channel, stream: str, *, heard: int, kept: int) -> None:
    """Add to the present hour of a stream, in one statement that both databases know."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    moment = connection.ops.adapt_datetimefield_value(hour)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO listening_volume (workspace_id, channel_id, stream, hour, heard, kept) "
            "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (channel_id, stream, hour) DO UPDATE "
            "SET heard = listening_volume.heard + excluded.heard, "
            "kept = listening_volume.kept + excluded.kept",
            [channel.workspace_id, channel.pk, stream[:200], moment, heard, kept],
        )
