"""What somebody needs to hand posts in at a channel: an address, and a secret to sign with."""

from datetime import datetime

from django.conf import settings

from cornbread.channels.models import Channel
from cornbread.foundation import clock


def receive_url(channel: Channel) -> str:
    """Where to send; empty for channels that receive nothing."""
    return f"{settings.PUBLIC_URL}/in/{channel.address}" if channel.capabilities.receives else ""


def signing_secret(channel: Channel) -> str:
    """The secret of a channel, for the one answer that shows it; empty where there is none."""
    return str(channel.secret.get("signing", "")) if channel.capabilities.receives else ""


def previous_until(channel: Channel) -> datetime | None:
    """Until when the secret before is good too; None when it is not any more."""
    until = channel.secret.get("previous_until")
    end = datetime.fromisoformat(until) if until else None
    return end if end and end > clock.now() else None
