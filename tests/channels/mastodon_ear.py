"""What the Mastodon tests share: a connected account, and a listener that keeps what it hears."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from cornbread.channels.contract import Account, Stream
from cornbread.channels.domain.posts import Batch, HeardDeletion, HeardPost
from cornbread.channels.networks.mastodon import network

#: Sweeps are slow in the default, so that a test which passes quickly was heard by the stream.
SETTINGS: Mapping[str, Any] = {"reopen_s": 0.05, "timeout_s": 5, "deadline_s": 5}


def account_at(url: str, *, token: str = "tok_brand", **settings: Any) -> Account:
    """The brand's account, connected; requests go to ``url``, which may be a proxy."""
    found = network.connect({"address": url, "token": token}, local=True)
    return Account(
        channel_id=1,
        workspace_id=1,
        address=url,
        external_id=found.external_id,
        handle=found.handle,
        local=True,
        settings={**SETTINGS, **settings},
        secret=found.secret,
    )


class Ear:
    """Listens in a thread, as the product's listener does, and keeps what it is given.

    Use in a ``with`` block, which ends the thread.
    """

    def __init__(self, stream: Stream, cursor: str | None = None) -> None:
        self.stop = threading.Event()
        self.cursor = cursor
        self.batches: list[Batch] = []
        self.beats = 0
        self.trouble: Exception | None = None
        self._stream = stream
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "Ear":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join(timeout=10)
        assert not self._thread.is_alive(), "the stream did not stop"

    def beat(self) -> None:
        self.beats += 1

    @property
    def posts(self) -> list[HeardPost]:
        return [post for batch in list(self.batches) for post in batch.posts]

    @property
    def deletions(self) -> list[HeardDeletion]:
        return [gone for batch in list(self.batches) for gone in batch.deletions]

    def texts(self) -> list[str]:
        return [post.text for post in self.posts]

    def hears(self, text: str, within_s: float = 5.0) -> HeardPost:
        """The first post with this in its text, waiting for it."""
        found: HeardPost = wait_for(
            lambda: next((post for post in self.posts if text in post.text), None), within_s
        )
        return found

    def is_connected(self) -> None:
        """Wait until the live stream gave its first sign of life."""
        wait_for(lambda: self.beats)

    def _listen(self) -> None:
        try:
            for batch in self._stream.listen(self.cursor, self):
                self.batches.append(batch)
                self.cursor = batch.cursor or self.cursor
        except Exception as trouble:  # written down, as the listener would
            self.trouble = trouble


def wait_for(look: Callable[[], Any], within_s: float = 5.0) -> Any:
    """What ``look`` finds, as soon as it finds anything."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {within_s} seconds")
