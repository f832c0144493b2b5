"""Batches on their way into the database, in portions that do not hold its lock for long."""

import time
from collections.abc import Callable

from cornbread.channels.domain.posts import Batch
from cornbread.channels.models import Channel
from cornbread.foundation.db import is_postgresql
from cornbread.listening.domain.portions import LONGEST_S, LONGEST_SHARED_S, Pace, portions
from cornbread.listening.intake import take_in
from cornbread.listening.turns import waited_s

#: One for this process: what a write takes depends on the machine and the database.
_pace = Pace(LONGEST_SHARED_S if is_postgresql() else LONGEST_S)


def keep(channel: Channel, batch: Batch, after_each: Callable[[], None] = lambda: None) -> None:
    """Take a batch in, portion by portion; between two of them others may write.

    Stopped in between, the cursor has not moved and the batch comes again: nothing is doubled.
    """
    for portion in portions(batch, _pace.limit):
        began, waited = time.monotonic(), waited_s()
        take_in(channel, portion)
        # Waiting for others makes no write longer: to write less would only make more of them.
        _pace.note(len(portion.posts), time.monotonic() - began - (waited_s() - waited))
        after_each()


def room() -> int:
    """How many posts the next write should hold."""
    return _pace.limit
