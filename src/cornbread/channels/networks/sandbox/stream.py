"""Hearing the sandbox: posts as they become due."""

import time
from collections.abc import Iterator

from cornbread.channels.contract import Account, Session
from cornbread.channels.domain.posts import Batch
from cornbread.channels.networks.sandbox import server
from cornbread.channels.networks.sandbox.rows import heard
from cornbread.foundation import clock

LOOK_EVERY_S = 0.3
_BEAT_EVERY_S = 10.0


class SandboxStream:
    """All posts of one account's corner of the sandbox, ours among them."""

    key = "posts"

    def __init__(self, account: Account) -> None:
        self._account = account

    def listen(self, cursor: str | None, session: Session) -> Iterator[Batch]:
        """Yield what has become due; the cursor is the number of the last post."""
        number = int(cursor) if cursor and cursor.isdecimal() else 0
        beaten = 0.0
        while not session.stop.is_set():
            server.release(self._account, now=clock.now())
            rows = server.heard_after(self._account, number)
            if rows:
                number = rows[-1].seq or number
                posts = tuple(heard(row) for row in rows)
                yield Batch(stream=self.key, posts=posts, cursor=str(number))
            elif time.monotonic() - beaten > _BEAT_EVERY_S:
                beaten = time.monotonic()
                session.beat()
            session.stop.wait(LOOK_EVERY_S)
