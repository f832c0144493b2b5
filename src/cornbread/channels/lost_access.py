"""What becomes of channels whose access is lost together with the key that it was sealed with."""

from collections.abc import Sequence

from django.db import transaction

from cornbread.channels.events import ChannelChanged
from cornbread.channels.models import Channel
from cornbread.channels.registry import networks
from cornbread.foundation import clock
from cornbread.foundation.outbox import emit

_CODE = "access_lost"
_SENTENCE = "The key that opened its access is lost. Reconnect it."


@transaction.atomic
def stop_listening(channel_ids: Sequence[int]) -> None:
    """Have those channels that cannot do without a secret wait for a person to reconnect them."""
    secretive = [one.kind for one in networks() if any(field.secret for field in one.fields)]
    lost = Channel.objects.filter(pk__in=channel_ids, kind__in=secretive)
    for channel in lost.exclude(state=Channel.State.REMOVED):
        channel.state = Channel.State.BROKEN
        channel.trouble_code, channel.trouble = _CODE, _SENTENCE
        channel.trouble_since, channel.retry_at = clock.now(), None
        channel.save(
            update_fields=["state", "trouble_code", "trouble", "trouble_since", "retry_at"]
        )
        emit(ChannelChanged(workspace_id=channel.workspace_id, channel_id=channel.pk))
