"""Shapes of channels in the API."""

from datetime import datetime
from typing import Annotated

from ninja import Field, Schema

from cornbread.channels.models import Channel


class ChannelOut(Schema):
    """A connected place and how it is doing."""

    id: int
    kind: str
    name: str
    handle: str
    address: str
    state: str
    can_reply_publicly: bool
    can_reply_directly: bool
    max_length: int | None
    last_heard_at: datetime | None
    trouble: str
    trouble_since: datetime | None

    @staticmethod
    def of(channel: Channel) -> "ChannelOut":
        """A channel as the API shows one; never its secret."""
        able = channel.capabilities
        return ChannelOut(
            id=channel.pk,
            kind=channel.kind,
            name=channel.name,
            handle=channel.handle,
            address=channel.address,
            state=channel.state,
            can_reply_publicly=able.reply_public,
            can_reply_directly=able.reply_direct,
            max_length=able.max_length,
            last_heard_at=channel.last_heard_at,
            trouble=channel.trouble,
            trouble_since=channel.trouble_since,
        )


_Name = Annotated[str, Field(max_length=40)]
_Value = Annotated[str, Field(max_length=2000)]


class ConnectIn(Schema):
    """Which network, and the values its form asks for."""

    kind: str = Field(max_length=20)
    values: dict[_Name, _Value] = Field(max_length=20)
