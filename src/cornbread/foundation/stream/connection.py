"""One connection to NATS, on an event loop of its own, for code that runs in threads."""

import asyncio
import os
import ssl
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from typing import Any, Self, TypeVar

from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from cornbread.foundation.errors import Invalid, Refusal
from cornbread.foundation.logs import get_logger
from cornbread.foundation.stream.address import StreamAddress
from cornbread.foundation.stream.keys import KeyedClient

log = get_logger(__name__)
T = TypeVar("T")

CONNECT_TIMEOUT_S = 5
#: Seconds that any one question to the server may take.
TIMEOUT_S = 5.0
RECONNECT_WAIT_S = 1
#: A connection that answers no ping for this long is a broken one, in seconds.
PING_EVERY_S = 10


class StreamUnreachable(Refusal):
    """The stream server is not there, or does not let us in."""

    code = "stream_unreachable"


class Disturbed(Exception):
    """The server did not confirm in time, or refused for now: hold back and try again."""


class Connection:
    """Reconnects by itself for ever once it was open. Methods may be called by any thread."""

    def __init__(self, address: StreamAddress) -> None:
        self.address = address
        self.client = KeyedClient()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def jetstream(self) -> JetStreamContext:
        """The part of the server that keeps messages."""
        return self.client.jetstream(timeout=TIMEOUT_S)

    @property
    def up(self) -> bool:
        """Whether the connection stands at this moment."""
        return bool(self.client.is_connected)

    def open(self) -> Self:
        """Connect; raises StreamUnreachable, with what to do, when that does not work."""
        self._thread.start()
        try:
            self.call(self._connect(), within_s=CONNECT_TIMEOUT_S * 3)
        except Disturbed as trouble:
            self.close()
            raise StreamUnreachable(
                f"The stream server at {self.address.shown} cannot be used: {trouble}. Start NATS "
                "with JetStream (`nats-server --jetstream`), mend STREAM_URL, or leave it out."
            ) from trouble
        except Invalid:  # of a key file, before anybody was asked
            self._end()
            raise
        return self

    def call(self, question: Coroutine[Any, Any, T], *, within_s: float = TIMEOUT_S) -> T:
        """Run a coroutine on the connection's loop and wait; raises Disturbed."""
        future = self.start(question)
        try:
            return future.result(within_s)
        except (TookTooLong, TimeoutError) as error:
            future.cancel()
            raise Disturbed("no answer in time") from error
        except (NatsError, OSError, EOFError) as error:
            raise Disturbed(reason_of(error)) from error

    def start(self, question: Coroutine[Any, Any, T]) -> "Future[T]":
        """Begin to run a coroutine on the connection's loop."""
        return asyncio.run_coroutine_threadsafe(question, self._loop)

    def close(self) -> None:
        """Let go of the server; what was not confirmed will come again."""
        if not self._thread.is_alive():
            return
        with suppress(Disturbed):  # gone already, which is what was wanted
            self.call(self.client.close())
        self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _connect(self) -> None:
        await self.client.connect(
            servers=list(self.address.servers),
            name="cornbread",
            connect_timeout=CONNECT_TIMEOUT_S,
            # At the start a person is told; once it was open it is waited for without end.
            allow_reconnect=True,
            max_reconnect_attempts=1,
            reconnect_time_wait=RECONNECT_WAIT_S,
            ping_interval=PING_EVERY_S,
            max_outstanding_pings=2,
            error_cb=_told,
            disconnected_cb=_lost,
            reconnected_cb=_found,
            **_sign_in(self.address),
        )
        await self.jetstream.account_info()
        self.client.options["max_reconnect_attempts"] = -1


def _sign_in(address: StreamAddress) -> dict[str, Any]:
    """How to be let in: from the address, or from files that the environment names."""
    given: dict[str, Any] = {}
    if address.token:
        given["token"] = address.token
    elif address.user:
        given |= {"user": address.user, "password": address.password}
    if credentials := os.environ.get("STREAM_CREDENTIALS"):
        given["user_credentials"] = credentials
    if seed := os.environ.get("STREAM_NKEY"):
        given["nkeys_seed"] = seed
    if address.tls:
        given["tls"] = ssl.create_default_context(cafile=os.environ.get("STREAM_CA") or None)
    return given


def reason_of(error: BaseException) -> str:
    """What went wrong, in words that hold no address and no password."""
    words = str(error).removeprefix("nats: ").strip()
    if isinstance(error, NatsError) and words:
        return words[:200]
    return "it does not answer" if isinstance(error, OSError) else type(error).__name__


async def _told(error: Exception) -> None:
    log.warning("stream trouble", kind=type(error).__name__)


async def _lost() -> None:
    log.warning("stream connection lost")


async def _found() -> None:
    log.info("stream connection is back")
