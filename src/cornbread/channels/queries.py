"""Reads about channels, each naming its reader."""

from collections.abc import Iterable

from django.db.models import QuerySet

from cornbread.channels.models import Channel, Cursor
from cornbread.foundation.errors import NotFound
from cornbread.team.models import Member


def channels(*, seen_by: Member) -> QuerySet[Channel]:
    """The channels of the reader's workspace, in the order in which they were connected."""
    seen_by.require("channel.read")
    return Channel.objects.filter(workspace_id=seen_by.workspace_id).order_by("pk")


def channel(channel_id: int, *, seen_by: Member) -> Channel:
    """One channel of the reader's workspace; NotFound otherwise."""
    found = channels(seen_by=seen_by).filter(pk=channel_id).first()
    if found is None:
        raise NotFound("There is no such channel in this workspace.")
    return found


def cursors(channel_id: int, *, seen_by: Member) -> QuerySet[Cursor]:
    """How far each stream of a channel has been kept."""
    found = channel(channel_id, seen_by=seen_by)
    return Cursor.objects.filter(channel=found).order_by("stream")


def listening_channels() -> QuerySet[Channel]:
    """Every channel that should be listened to; for the listener process, which serves all."""
    return Channel.objects.filter(state=Channel.State.ACTIVE).order_by("pk")


def receiving_channel(key: str) -> Channel | None:
    """Where a program hands posts in at this address; for the endpoint, which serves all."""
    return Channel.objects.filter(source=f"webhook:{key}", external_id=key).first()


def known_channels(ids: Iterable[int]) -> dict[int, Channel]:
    """Channels by id, for taking in what was handed in for them."""
    return Channel.objects.in_bulk(list(ids))


def cursor(channel_id: int, stream: str) -> str | None:
    """Where a stream goes on; for the listener process."""
    values = Cursor.objects.filter(channel_id=channel_id, stream=stream)
    return values.values_list("value", flat=True).first()
