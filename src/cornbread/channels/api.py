"""Channels in the API."""

from django.http import HttpRequest
from ninja import Router, Status

from cornbread.channels import actions, queries
from cornbread.channels.schemas import ChannelOut, ConnectedOut, ConnectIn, SecretOut
from cornbread.team.api_access import Scoped, reader
from cornbread.team.schemas import Id

router = Router(tags=["channels"])
READ, WRITE = Scoped("channels:read"), Scoped("channels:write")


@router.get("/channels", auth=READ, response=list[ChannelOut])
def channels(request: HttpRequest) -> list[ChannelOut]:
    """All connected places, with their health."""
    return [ChannelOut.of(one) for one in queries.channels(seen_by=reader(request))]


@router.get("/channels/{channel_id}", auth=READ, response=ChannelOut)
def channel(request: HttpRequest, channel_id: Id) -> ChannelOut:
    """One channel."""
    return ChannelOut.of(queries.channel(channel_id, seen_by=reader(request)))


@router.post("/channels", auth=WRITE, response={201: ConnectedOut})
def connect(request: HttpRequest, payload: ConnectIn) -> Status[ConnectedOut]:
    """Connect an account; the same account again renews its access."""
    made = actions.connect(payload.kind, payload.values, by=reader(request))
    return Status(201, ConnectedOut.of(made))


@router.post("/channels/{channel_id}/pause", auth=WRITE, response=ChannelOut)
def pause(request: HttpRequest, channel_id: Id) -> ChannelOut:
    """Stop listening until resumed; nothing is missed, as far as the network keeps it."""
    return ChannelOut.of(actions.pause(channel_id, by=reader(request)))


@router.post("/channels/{channel_id}/resume", auth=WRITE, response=ChannelOut)
def resume(request: HttpRequest, channel_id: Id) -> ChannelOut:
    """Listen again, from where it stopped."""
    return ChannelOut.of(actions.resume(channel_id, by=reader(request)))


@router.post("/channels/{channel_id}/secret", auth=WRITE, response=SecretOut)
def rotate_secret(request: HttpRequest, channel_id: Id) -> SecretOut:
    """Make a new secret for handing posts in; the one before stays good for a day.

    Twice in a row ends the old one at once.
    """
    return SecretOut.of(actions.rotate_secret(channel_id, by=reader(request)))
