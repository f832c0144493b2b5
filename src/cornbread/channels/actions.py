"""Every change to channels and cursors."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from cornbread.channels import queries
from cornbread.channels.contract import Connected
from cornbread.channels.domain.signing import rotated
from cornbread.channels.domain.trouble import ChannelTrouble
from cornbread.channels.events import ChannelChanged, ChannelConnected
from cornbread.channels.models import Channel
from cornbread.channels.registry import network
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.foundation.outbox import emit
from cornbread.team.actions import record
from cornbread.team.domain.actors import Actor, require
from cornbread.team.models import Member

BEAT_EVERY = timedelta(seconds=15)
_MOVE = (
    "INSERT INTO channels_cursor (workspace_id, channel_id, stream, value, moved_at) "
    "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (channel_id, stream) DO UPDATE "
    "SET value = excluded.value, moved_at = excluded.moved_at"
)


def connect(kind: str, values: Mapping[str, str], *, by: Member, local: bool = False) -> Channel:
    """Check an account with its network and make it a channel; the same account again renews it.

    The network is asked outside of any transaction: it may take seconds.
    """
    by.require("channel.write")
    found = _ask(kind, values, local=local)
    return keep(kind, found, workspace_id=by.workspace_id, by=by, local=local)


def reconnect(channel_id: int, values: Mapping[str, str], *, by: Member) -> Channel:
    """Renew how a channel signs in; values of another account are refused."""
    by.require("channel.write")
    channel = queries.channel(channel_id, seen_by=by)
    found = _ask(channel.kind, values, local=channel.local)
    same_place = source_of(channel.kind, found.address) == channel.source
    if not same_place or found.external_id != channel.external_id:
        other = found.handle or found.name
        raise Invalid(
            f"This belongs to {other}, not to {channel.handle or channel.name}. "
            "Connect it as a channel of its own."
        )
    return keep(channel.kind, found, workspace_id=by.workspace_id, by=by, local=channel.local)


def refuse_local(local: bool) -> None:
    """Raise Invalid for a local channel where the operator did not allow them."""
    if local and not settings.LOCAL_CHANNELS:
        raise Invalid("Local channels are not allowed here (CORNBREAD_LOCAL_CHANNELS).")


def _ask(kind: str, values: Mapping[str, str], *, local: bool) -> Connected:
    """Let the network check the values; refuses what is missing, wrong, or not allowed here."""
    refuse_local(local)
    place = network(kind)
    missing = {
        field.name: f"{field.label} is needed."
        for field in place.fields
        if field.required and not values.get(field.name, "").strip()
    }
    if missing:
        raise Invalid(next(iter(missing.values())), fields=missing)
    try:
        return place.connect(values, local=local)
    except ChannelTrouble as trouble:
        raise Invalid(trouble.message, code=trouble.code) from trouble


@transaction.atomic
def keep(
    kind: str, found: Connected, *, workspace_id: int, by: Actor, local: bool = False
) -> Channel:
    """Store a connected account as a channel of the workspace."""
    require(by, "channel.write", workspace_id)
    channel, created = Channel.objects.update_or_create(
        workspace_id=workspace_id,
        source=source_of(kind, found.address),
        external_id=found.external_id,
        defaults={
            "kind": kind,
            "name": found.name[:120] or found.handle[:120] or kind,
            "address": found.address,
            "handle": found.handle,
            "avatar_url": found.avatar_url,
            "settings": dict(found.settings),
            "secret": dict(found.secret),
            "capabilities_announced": dict(found.capabilities),
            "local": local,
            "state": Channel.State.ACTIVE,
            "trouble_code": "",
            "trouble": "",
            "trouble_since": None,
            "retry_at": None,
        },
    )
    record(workspace_id, by, "channel.connected", f"channel:{channel.pk}", kind=kind)
    event = ChannelConnected if created else ChannelChanged
    emit(event(workspace_id=workspace_id, channel_id=channel.pk))
    return channel


def source_of(kind: str, address: str) -> str:
    """The space in which external ids of this place are unique: its kind and its server."""
    if kind == "feed":
        # Guids are only unique within their own feed.
        return f"feed:{hashlib.sha256(address.encode()).hexdigest()[:24]}"
    if kind == "file":
        return f"file:{address.lower()}"[:200]
    host = urlsplit(address).netloc or address
    return f"{kind}:{host.lower()}"[:200]


@transaction.atomic
def pause(channel_id: int, *, by: Member) -> Channel:
    """Stop listening here until somebody resumes; cursors stay, so nothing is missed."""
    return _set_state(channel_id, Channel.State.PAUSED, by=by)


@transaction.atomic
def resume(channel_id: int, *, by: Member) -> Channel:
    """Listen again, from where we stopped."""
    return _set_state(channel_id, Channel.State.ACTIVE, by=by)


def _set_state(channel_id: int, state: str, *, by: Member) -> Channel:
    by.require("channel.write")
    channel = queries.channel(channel_id, seen_by=by)
    if channel.state == Channel.State.REMOVED:
        raise Invalid("This channel is disconnected. Connect it again to go on listening.")
    channel.state = state
    channel.trouble_code = channel.trouble = ""
    channel.trouble_since = channel.retry_at = None
    channel.save(update_fields=["state", "trouble_code", "trouble", "trouble_since", "retry_at"])
    record(channel.workspace_id, by, f"channel.{state}", f"channel:{channel.pk}")
    emit(ChannelChanged(workspace_id=channel.workspace_id, channel_id=channel.pk))
    return channel


@transaction.atomic
def rotate_secret(channel_id: int, *, by: Member) -> Channel:
    """A new secret for a channel that receives; the one before is good for another day.

    Twice in a row ends the old one at once, for a secret that got into the wrong hands.
    """
    by.require("channel.write")
    channel = queries.channel(channel_id, seen_by=by)
    if not channel.capabilities.receives or channel.state == Channel.State.REMOVED:
        raise Invalid("Nothing is handed in here, so there is no secret.", code="no_secret")
    channel.secret = rotated(channel.secret, clock.now())
    fields = ["secret"]
    if channel.state == Channel.State.BROKEN:
        channel.state, channel.trouble_code, channel.trouble = Channel.State.ACTIVE, "", ""
        channel.trouble_since = None
        fields += ["state", "trouble_code", "trouble", "trouble_since"]
    channel.save(update_fields=fields)
    record(channel.workspace_id, by, "channel.secret_rotated", f"channel:{channel.pk}")
    emit(ChannelChanged(workspace_id=channel.workspace_id, channel_id=channel.pk))
    return channel


def move_cursor(channel: Channel, stream: str, value: str) -> None:
    """Say how far a stream was kept. Only inside the transaction that keeps its posts."""
    moment = connection.ops.adapt_datetimefield_value(clock.now())
    with connection.cursor() as cursor:  # one short statement, because every batch has it
        cursor.execute(_MOVE, [channel.workspace_id, channel.pk, stream, value, moment])


@transaction.atomic
def note_alive(channel_id: int, *, heard: bool = False) -> None:
    """The connection works; clears a passing trouble. Written at most every few seconds."""
    now = clock.now()
    channel = Channel.objects.filter(pk=channel_id).first()
    if channel is None:
        return
    fresh = channel.last_beat_at and now - channel.last_beat_at < BEAT_EVERY
    if fresh and not channel.trouble_code and not heard:
        return
    values: dict[str, Any] = {"last_beat_at": now}
    if heard:
        values["last_heard_at"] = now
    if channel.trouble_code:
        values |= {"trouble_code": "", "trouble": "", "trouble_since": None, "retry_at": None}
    listening = Channel.objects.filter(pk=channel_id, state=Channel.State.ACTIVE)
    if listening.update(**values) and channel.trouble_code:
        emit(ChannelChanged(workspace_id=channel.workspace_id, channel_id=channel_id))


@transaction.atomic
def note_trouble(channel_id: int, *, code: str, message: str, retry_at: datetime | None) -> None:
    """The connection does not work; without a time to retry, a person has to mend it."""
    channel = Channel.objects.filter(pk=channel_id).first()
    if channel is None or channel.state != Channel.State.ACTIVE:
        return
    channel.trouble_code, channel.trouble = code[:40], message[:500]
    channel.trouble_since = channel.trouble_since or clock.now()
    channel.retry_at = retry_at
    if retry_at is None:
        channel.state = Channel.State.BROKEN
    channel.save(update_fields=["trouble_code", "trouble", "trouble_since", "retry_at", "state"])
    emit(ChannelChanged(workspace_id=channel.workspace_id, channel_id=channel.pk))


@transaction.atomic
def remove(channel_id: int, *, by: Member) -> None:
    """Forget how to sign in there and stop listening; what was heard stays."""
    by.require("channel.write")
    channel = queries.channel(channel_id, seen_by=by)
    channel.secret = {}
    channel.state = Channel.State.REMOVED
    channel.save(update_fields=["secret", "state"])
    record(channel.workspace_id, by, "channel.disconnected", f"channel:{channel.pk}")
    emit(ChannelChanged(workspace_id=channel.workspace_id, channel_id=channel.pk))
