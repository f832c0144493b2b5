"""The listener process: one thread per stream of every active channel, restarted when it breaks.

Which channels and watches there are is read again every few seconds, so connecting a channel or
saving a watch needs no restart.
"""

import json
import random
import threading
import time
from collections.abc import Sequence
from datetime import timedelta

from django.db import close_old_connections, connection

from cornbread.channels import actions as channel_actions
from cornbread.channels import queries as channel_queries
from cornbread.channels.contract import Interest, Stream
from cornbread.channels.domain.trouble import AccessLost, ChannelTrouble, RateLimited
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.jobs import Backoff
from cornbread.foundation.logs import get_logger
from cornbread.listening import queries
from cornbread.listening.domain.interests import interests_of
from cornbread.listening.handing_on import hand_on
from cornbread.listening.streaming.publishing import Stopped

log = get_logger(__name__)

LOOK_EVERY_S = 2.0
BACKOFF = Backoff(base_s=1, cap_s=300)
LEAST_WAIT_S = 0.5
#: A stream that ran this long without trouble starts over with short waits.
HEALTHY_AFTER_S = 60.0


class StreamSession:
    """What a stream is given while it listens."""

    def __init__(self, channel_id: int) -> None:
        self._channel_id = channel_id
        self._stop = threading.Event()

    @property
    def stop(self) -> threading.Event:
        """Set when the stream has to end."""
        return self._stop

    def beat(self) -> None:
        """The connection is alive although nothing was heard."""
        channel_actions.note_alive(self._channel_id)


class StreamThread(threading.Thread):
    """Listens to one stream until it is told to stop, whatever breaks in between."""

    def __init__(self, channel: Channel, stream: Stream) -> None:
        super().__init__(name=f"hear {channel.pk} {stream.key}", daemon=True)
        self.channel = channel
        self.stream = stream
        self.session = StreamSession(channel.pk)
        self.failures = 0

    def run(self) -> None:
        """Listen, and come back after trouble with growing waits."""
        try:
            while not self.session.stop.is_set():
                started = time.monotonic()
                try:
                    self._listen()
                    wait = 1.0
                except ChannelTrouble as trouble:
                    if time.monotonic() - started > HEALTHY_AFTER_S:
                        self.failures = 0
                    wait = self._troubled(trouble)
                except Stopped:
                    return
                except Exception:  # a bug in one stream must not silence the others
                    log.exception("stream failed", channel_id=self.channel.pk)
                    wait = self._troubled(ChannelTrouble("Listening failed; see the log."))
                self.session.stop.wait(wait)
        finally:
            connection.close()

    def _listen(self) -> None:
        close_old_connections()
        cursor = channel_queries.cursor(self.channel.pk, self.stream.key)
        for batch in self.stream.listen(cursor, self.session):
            if batch.posts or batch.deletions or batch.cursor is not None:
                hand_on(self.channel, batch, self.session.stop)
            channel_actions.note_alive(self.channel.pk, heard=bool(batch.posts))
            self.failures = 0
            if self.session.stop.is_set():
                return

    def _troubled(self, trouble: ChannelTrouble) -> float:
        self.failures += 1
        if isinstance(trouble, RateLimited):
            wait = trouble.retry_after_s
        else:
            wait = LEAST_WAIT_S + BACKOFF.delay_s(self.failures, random.random())
        lost = isinstance(trouble, AccessLost)
        retry_at = None if lost else clock.now() + timedelta(seconds=wait)
        log.warning("stream broke", channel_id=self.channel.pk, code=trouble.code)
        channel_actions.note_trouble(
            self.channel.pk, code=trouble.code, message=trouble.message, retry_at=retry_at
        )
        if lost:
            self.session.stop.set()
        return wait


class Hearing:
    """All streams of this process, kept in step with the channels and watches there are."""

    def __init__(self) -> None:
        self._threads: dict[tuple[int, str, str], StreamThread] = {}

    def look(self) -> None:
        """Start what is missing and stop what is no longer wanted."""
        wanted: dict[tuple[int, str, str], tuple[Channel, Stream]] = {}
        for channel in channel_queries.listening_channels():
            streams = self._streams(channel)
            if streams is None:
                # Whatever is wrong, it is no reason to stop what still listens there.
                wanted |= {
                    key: (thread.channel, thread.stream)
                    for key, thread in self._threads.items()
                    if thread.channel.pk == channel.pk
                }
                continue
            for stream in streams:
                # Reconnecting renews token and settings: that makes it another stream.
                wanted[(channel.pk, stream.key, _signature(channel))] = (channel, stream)
        for key, thread in list(self._threads.items()):
            if key not in wanted:
                thread.session.stop.set()
            if not thread.is_alive():
                del self._threads[key]
        for key, (channel, stream) in wanted.items():
            if key not in self._threads:
                self._threads[key] = StreamThread(channel, stream)
                self._threads[key].start()

    def _streams(self, channel: Channel) -> Sequence[Stream] | None:
        try:
            interests = self._interests(channel)
            return channel.network.streams(channel.account(), interests)
        except Exception:
            log.exception("streams cannot be opened", channel_id=channel.pk)
            return None

    def _interests(self, channel: Channel) -> list[Interest]:
        if not channel.capabilities.searches:
            return []
        watches = queries.active_watches(channel.workspace_id)
        return interests_of([watch.query for watch in watches], network=channel.kind)

    def stop(self, *, within_s: float = 5.0) -> None:
        """End all streams; what they were keeping is kept or repeated next time."""
        for thread in self._threads.values():
            thread.session.stop.set()
        deadline = time.monotonic() + within_s
        for thread in self._threads.values():
            thread.join(max(0.0, deadline - time.monotonic()))


def _signature(channel: Channel) -> str:
    connection_facts = json.dumps([channel.settings, channel.secret], sort_keys=True)
    return f"{channel.address} {hash(connection_facts)}"


def run(stop: threading.Event) -> None:
    """Listen to everything until told to stop."""
    hearing = Hearing()
    try:
        while not stop.is_set():
            close_old_connections()
            try:
                hearing.look()
            except Exception:
                log.exception("channels cannot be read")
            stop.wait(LOOK_EVERY_S)
    finally:
        hearing.stop()
