"""One brand on one Mastodon server, seen from all sides: its customers, its agents, its network."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.faults import FaultProxy
from tests.road.product import OWNER, Product, wait_for
from tests.servers import MastodonServer

STATUSES = "/api/v1/statuses"


class Scene:
    """A channel of its own, reached through a proxy that can misbehave.

    The instance names its own streaming address, so the live stream does not use the proxy.
    """

    def __init__(self, product: Product, server: MastodonServer, proxy: FaultProxy) -> None:
        self.product = product
        self.server = server
        self.proxy = proxy
        self.channels: list[int] = []

    def connect(self, token: str = "", **pace: float) -> int:
        """Connect the brand's account, or another's; returns once it is listened to."""
        asked = self._notifications_asked()
        token = token or self.server.brand_token
        program = [sys.executable, "-m", "tests.road.backstage"]
        done = subprocess.run(
            [*program, OWNER, self.proxy.url, token, json.dumps(pace)],
            env=self.product.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        number = int(done.stdout)
        self.channels = [*dict.fromkeys([*self.channels, number])]
        self.is_heard(asked)
        return number

    def is_heard(self, asked: int, within_s: float = 20.0) -> None:
        """Wait until a stream was opened since so many requests: it begins with a look at lists."""
        wait_for(
            lambda: self._notifications_asked() > asked,
            f"listening: {self.product.said()}",
            within_s,
        )

    def _notifications_asked(self) -> int:
        return self.proxy.seen("GET", "/api/v1/notifications")

    def leave(self) -> None:
        """Stop listening; the other tests use the same product."""
        for channel in self.channels:
            self.product.ask("POST", f"/channels/{channel}/pause")

    def conversations(self, **filters: Any) -> list[dict[str, Any]]:
        """What the API lists for the scene's first channel."""
        query = {"channel": self.channels[0], **filters}
        found: list[dict[str, Any]] = self.product.ask("GET", "/conversations", params=query)[
            "items"
        ]
        return found

    def conversation(
        self, words: str, within_s: float = 10.0, *, every_s: float = 0.05, **filters: Any
    ) -> dict[str, Any]:
        """The conversation whose latest message says this, waiting for it."""

        def look() -> dict[str, Any] | None:
            rows = self.conversations(**filters)
            return next((one for one in rows if words in one["preview"]), None)

        found: dict[str, Any] = wait_for(
            look, f"a conversation with “{words}”", within_s, every_s=every_s
        )
        return found

    def timeline(self, conversation: int, kind: str = "") -> list[dict[str, Any]]:
        """What happened in a conversation, or what of one kind happened."""
        entries = self.product.ask("GET", f"/conversations/{conversation}/timeline")
        return [entry for entry in entries if not kind or entry["kind"] == kind]

    def happens(self, conversation: int, kind: str, within_s: float = 15.0) -> dict[str, Any]:
        """The first entry of a kind, waiting for it."""
        entry: dict[str, Any] = wait_for(
            lambda: next(iter(self.timeline(conversation, kind)), None),
            f"{kind} in conversation {conversation}: {self.product.said()}",
            within_s,
        )
        return entry

    def reply(self, conversation: int, text: str, **rest: Any) -> dict[str, Any]:
        """Answer through the API; gives the delivery."""
        path = f"/conversations/{conversation}/replies"
        made: dict[str, Any] = self.product.ask("POST", path, json={"text": text, **rest})
        return made

    def delivery(self, number: int) -> dict[str, Any]:
        """How a reply is doing."""
        found: dict[str, Any] = self.product.ask("GET", f"/deliveries/{number}")
        return found

    def states(self, number: int, until: str = "sent", within_s: float = 30.0) -> list[str]:
        """The states a delivery goes through, as seen by looking often."""
        seen: list[str] = []
        limit = time.monotonic() + within_s
        while not seen or seen[-1] != until:
            state = self.delivery(number)["state"]
            if not seen or seen[-1] != state:
                seen.append(state)
            assert time.monotonic() < limit, f"{seen}: {self.product.said()}"
            time.sleep(0.03)
        return seen

    def answers(self, status: dict[str, Any]) -> list[dict[str, Any]]:
        """What stands below a customer's post on the network, as the customer sees it."""
        return self.server.cust.thread_below(status["id"])


@contextmanager
def scene_at(product: Product, server: MastodonServer) -> Iterator[Scene]:
    """A scene for one test."""
    with FaultProxy(server.url) as proxy:
        scene = Scene(product, server, proxy)
        try:
            yield scene
        finally:
            proxy.heal()
            scene.leave()
