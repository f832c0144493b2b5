"""An open page: the server-sent events of a workspace, each with the moment at which it came."""

import json
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Told:
    """One message to the page; ``at`` is on the monotonic clock."""

    at: float
    kinds: frozenset[str]
    conversations: frozenset[int]
    channels: frozenset[int]


class Live:
    """Listens in a thread. Use in a ``with`` block, which begins once the stream is open."""

    def __init__(self, url: str, cookies: httpx.Cookies, last_event_id: str = "") -> None:
        self.told: list[Told] = []
        self.last_event_id = last_event_id
        self._ready = threading.Event()
        self._client = httpx.Client(cookies=cookies, trust_env=False, timeout=httpx.Timeout(30))
        self._url = url
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "Live":
        self._thread.start()
        assert self._ready.wait(30), "the live stream did not open"
        return self

    def __exit__(self, *_: object) -> None:
        # The thread is a daemon and ends with its connection.
        self._client.close()

    def tells(self, *, conversation: int, after: float, within_s: float) -> float:
        """Wait for news of a conversation; the moment at which they came."""
        return self._wait(
            lambda one: one.at >= after and conversation in one.conversations,
            f"conversation {conversation}",
            within_s,
        )

    def tells_kind(self, kind: str, *, after: float, within_s: float) -> float:
        """Wait for an event of this kind; the moment at which it came."""
        return self._wait(lambda one: one.at >= after and kind in one.kinds, kind, within_s)

    def _wait(self, fits: Any, what: str, within_s: float) -> float:
        def found() -> Told | None:
            return next((one for one in self.told if fits(one)), None)

        with self._news:
            self._news.wait_for(found, timeout=within_s)
            told = found()
        assert told is not None, f"the open page was not told of {what} within {within_s:g} s"
        return told.at

    def _listen(self) -> None:
        event = ""
        headers = {"Last-Event-ID": self.last_event_id} if self.last_event_id else {}
        try:
            with self._client.stream("GET", self._url, headers=headers) as response:
                assert response.status_code == 200, response.status_code
                for line in response.iter_lines():
                    if line.startswith("id: "):
                        self.last_event_id = line.removeprefix("id: ")
                    elif line.startswith("event: "):
                        event = line.removeprefix("event: ")
                    elif line.startswith("data: "):
                        self._take(event, json.loads(line.removeprefix("data: ")))
        except (httpx.HTTPError, httpx.StreamError, RuntimeError):
            return  # the with block ended

    def _take(self, event: str, data: dict[str, Any]) -> None:
        if event == "ready":
            self._ready.set()
            return
        with self._news:
            self.told.append(
                Told(
                    at=time.monotonic(),
                    kinds=frozenset(data["kinds"]),
                    conversations=frozenset(data["conversations"]),
                    channels=frozenset(data["channels"]),
                )
            )
            self._news.notify_all()
