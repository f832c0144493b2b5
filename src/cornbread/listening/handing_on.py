"""Where a heard batch goes: into the database at once, or into the stream where there is one."""

import threading

from django.db import transaction

from cornbread.channels.actions import move_cursor
from cornbread.channels.domain.posts import Batch
from cornbread.channels.models import Channel
from cornbread.listening.domain.envelope import Envelope
from cornbread.listening.keeping import keep
from cornbread.listening.streaming import sharing
from cornbread.listening.streaming.publishing import TooLarge, publish


def hand_on(channel: Channel, batch: Batch, stop: threading.Event) -> None:
    """Return once the batch is durable and the cursor has moved behind it.

    The stream it came from is not read meanwhile: that is the back-pressure. Raises Stopped when
    told to end before the batch was durable; then the cursor stands where it stood.
    """
    if not sharing.wanted():
        keep(channel, batch)
        return
    if batch.posts or batch.deletions:
        _publish(channel, batch, stop)
    if batch.cursor is not None:
        with transaction.atomic():
            move_cursor(channel, batch.stream, batch.cursor)


def _publish(channel: Channel, batch: Batch, stop: threading.Event) -> None:
    envelope = Envelope(workspace_id=channel.workspace_id, channel_id=channel.pk, batch=batch)
    try:
        publish(envelope, stop)
    except TooLarge:
        # One huge post must not keep its stream from going on, and the database takes it.
        keep(channel, Batch(stream=batch.stream, posts=batch.posts, deletions=batch.deletions))
