"""Shapes of channels in the API."""

from datetime import datetime
from typing import Annotated

from ninja import Field, Schema

from cornbread.channels.handing_in import previous_until, receive_url, signing_secret
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


class ConnectedOut(ChannelOut):
    """A channel that was just connected.

    Where posts are handed in: the address to send them to, and the secret that signs them, which
    is in no later answer.
    """

    receive_url: str = ""
    secret: str = ""

    @staticmethod
    def of(channel: Channel) -> "ConnectedOut":
        """A channel with what its connecting made."""
        known = ChannelOut.of(channel).dict()
        return ConnectedOut(
            **known, receive_url=receive_url(channel), secret=signing_secret(channel)
        )


class SecretOut(Schema):
    """A new secret, in this answer only. Until ``previous_until`` the one before is good too."""

    receive_url: str
    secret: str
    previous_until: datetime | None

    @staticmethod
    def of(channel: Channel) -> "SecretOut":
        """The secret of a channel that was rotated just now."""
        return SecretOut(
            receive_url=receive_url(channel),
            secret=signing_secret(channel),
            previous_until=previous_until(channel),
        )


_Name = Annotated[str, Field(max_length=40)]
_Value = Annotated[str, Field(max_length=2000)]


class ConnectIn(Schema):
    """Which network, and the values its form asks for."""

    kind: str = Field(max_length=20)
    values: dict[_Name, _Value] = Field(max_length=20)
