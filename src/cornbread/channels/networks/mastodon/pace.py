"""How often we ask a server, in seconds; each can be set per channel."""

from collections.abc import Mapping
from typing import Any

import msgspec


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Mastodon allows 300 requests in five minutes; the defaults stay below a tenth of that."""

    #: Safety net beside the live stream: what the server filtered or lost on the way.
    sweep_s: float = 60.0
    #: The first sweep after the one at connecting, for what came while the stream was set up.
    settle_s: float = 5.0
    #: Between looks at notifications when there is no live stream.
    poll_s: float = 15.0
    #: Between looks at the last heard posts for edits and deletions.
    recheck_s: float = 60.0
    #: Between looks at one search or hashtag, when there are few of them.
    watch_s: float = 60.0
    #: How long only polling is used after the stream broke again and again.
    stream_rest_s: float = 300.0
    #: Pause before the stream is opened again; doubles with each break in a row.
    reopen_s: float = 0.5
    #: How far back a new channel listens.
    history_days: float = 3.0

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Pace":
        """The pace of a channel: its settings, where given, over the defaults."""
        known = {name: settings[name] for name in cls.__struct_fields__ if name in settings}
        return msgspec.convert(known, cls, strict=False)

    def watch_interval_s(self, watches: int) -> float:
        """Seconds between two looks of one watch: all together ask at most every four seconds."""
        return max(self.watch_s, 4.0 * watches if watches > 1 else 0.0)
