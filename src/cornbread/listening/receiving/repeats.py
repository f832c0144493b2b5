"""Messages that came already: senders repeat what they were not told of."""

import time

from cornbread.channels.domain.signing import TOLERANCE_S

#: A repeated message is refused once its time is too old; until then its id is remembered.
_GENERATION_S = 2.0 * TOLERANCE_S
_MOST = 200_000


class Repeats:
    """Ids of messages that were stored, in two generations; of a flood only the latest.

    Forgetting one is harmless: posts have ids of their own and are kept once.
    """

    def __init__(self) -> None:
        self._now: set[tuple[int, bytes]] = set()
        self._before: set[tuple[int, bytes]] = set()
        self._since = time.monotonic()

    def __contains__(self, message: tuple[int, bytes]) -> bool:
        return message in self._now or message in self._before

    def add(self, message: tuple[int, bytes]) -> None:
        """Remember a message that is stored: its channel and its id."""
        now = time.monotonic()
        if len(self._now) >= _MOST or now - self._since > _GENERATION_S:
            self._before, self._now, self._since = self._now, set(), now
        self._now.add(message)
