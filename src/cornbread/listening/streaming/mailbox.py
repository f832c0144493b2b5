"""Messages fetched from the shared consumer, held alive while they are worked on, then settled."""

import asyncio
import json
import time
from collections.abc import Coroutine, Sequence
from typing import Any

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from cornbread.foundation.logs import get_logger
from cornbread.foundation.stream import Connection, Disturbed
from cornbread.listening.streaming.places import ACK_WAIT_S, CONSUMER, Places

log = get_logger(__name__)

#: Messages asked for at a time, and how many bytes they may have together: about what one write
#: holds, so that the rest is left to other workers. A server with larger messages sends one.
HANDFUL = 100
HANDFUL_BYTES = 1024**2
#: After the first message others are waited for this long: one commit serves them all.
GATHER_S = 0.02
#: How long the server keeps a request open.
EXPIRES_S = 5.0
_NS = 1_000_000_000


class Letter:
    """One message: bytes, and how often it was handed out (1 is the first time)."""

    def __init__(self, message: Msg) -> None:
        self._message = message
        self.data: bytes = message.data
        self.subject: str = message.subject
        self.deliveries: int = message.metadata.num_delivered
        self.number: int = message.metadata.sequence.stream
        #: Of this message alone, also when a stream of the same name was made anew.
        self.name = f"{self.number}-{message.metadata.timestamp.timestamp():.0f}"

    async def settle(self) -> None:
        """Confirm, and wait until the server has noted it."""
        await self._message.ack_sync(timeout=5)

    async def put_back(self, delay_s: float) -> None:
        """Let it be handed out again after so many seconds."""
        await self._message.nak(delay=delay_s or None)

    async def beat(self) -> None:
        """It is being worked on."""
        await self._message.in_progress()


class Mailbox:
    """The messages of one worker. Use from one thread at a time."""

    def __init__(self, connection: Connection, places: Places) -> None:
        self._connection = connection
        self._ask = f"$JS.API.CONSUMER.MSG.NEXT.{places.heard_stream}.{CONSUMER}"
        self._inbox = ""
        self._subscription: Subscription | None = None
        self._outstanding = 0
        self._asked_at = 0.0
        self._held: set[Letter] = set()
        self._beating: asyncio.Task[None] | None = None

    def gather(self, wait_s: float) -> list[Letter]:
        """The next messages: at once when there is one, and what comes within 20 ms after it.

        Empty when nothing comes within ``wait_s``; raises Disturbed without a connection.
        """
        if not self._connection.up:
            raise Disturbed("the connection is lost")
        return self._connection.call(self._gather(wait_s), within_s=wait_s + 10)

    def settle(self, letters: Sequence[Letter]) -> None:
        """Confirm what is committed. Unconfirmed messages come again, which changes nothing."""
        self._each([one.settle() for one in letters], letters)

    def put_back(self, letters: Sequence[Letter], delay_s: float = 0) -> None:
        """Hand messages back, for any worker."""
        self._each([one.put_back(delay_s) for one in letters], letters)

    def close(self) -> None:
        """Hand back all that is held, also what was fetched and not looked at."""
        try:
            self._connection.call(self._close(), within_s=10)
        except Disturbed:
            log.warning("messages come again after a while", count=len(self._held))

    def _each(self, questions: list[Coroutine[Any, Any, None]], letters: Sequence[Letter]) -> None:
        async def ask() -> int:
            self._held.difference_update(letters)
            answers = await asyncio.gather(*questions, return_exceptions=True)
            return sum(isinstance(one, BaseException) for one in answers)

        try:
            failed = self._connection.call(ask(), within_s=15)
        except Disturbed:
            failed = len(letters)
        if failed:
            log.warning("messages could not be confirmed", count=failed)

    async def _gather(self, wait_s: float) -> list[Letter]:
        if self._subscription is None:
            self._inbox = self._connection.client.new_inbox()
            self._subscription = await self._connection.client.subscribe(self._inbox)
            self._beating = asyncio.get_running_loop().create_task(self._beat())
        await self._request()
        found: list[Letter] = []
        until = time.monotonic() + wait_s
        while len(found) < HANDFUL and (left := until - time.monotonic()) > 0:
            try:
                message = await self._subscription.next_msg(timeout=left)
            except (TimeoutError, NatsError):
                break
            if _is_status(message):
                # The request has expired, or the consumer was changed: ask anew.
                self._outstanding = 0
                await self._request()
                continue
            self._outstanding -= 1
            if not found:
                until = time.monotonic() + GATHER_S
            found.append(Letter(message))
        self._held.update(found)
        return found

    async def _request(self) -> None:
        """Ask for messages unless a request is still open."""
        now = time.monotonic()
        if self._outstanding > 0 and now - self._asked_at < EXPIRES_S + 1:
            return
        self._outstanding, self._asked_at = HANDFUL, now
        limit = max(HANDFUL_BYTES, self._connection.client.max_payload)
        wish = {"batch": HANDFUL, "expires": int(EXPIRES_S * _NS), "max_bytes": limit}
        await self._connection.client.publish(
            self._ask, json.dumps(wish).encode(), reply=self._inbox
        )

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(ACK_WAIT_S / 3)
            await asyncio.gather(*[one.beat() for one in self._held], return_exceptions=True)

    async def _close(self) -> None:
        if self._subscription is None:
            return
        if self._beating:
            self._beating.cancel()
        # Draining ends once the server sends no more and all that it sent has been looked at.
        draining = asyncio.create_task(self._subscription.drain())  # type: ignore[no-untyped-call]
        while not draining.done():
            try:
                message = await self._subscription.next_msg(timeout=0.1)
            except (TimeoutError, NatsError):
                continue
            if not _is_status(message):
                self._held.add(Letter(message))
        await asyncio.gather(*[one.put_back(0) for one in self._held], return_exceptions=True)
        self._held.clear()
        await self._connection.client.flush(timeout=2)


def _is_status(message: Msg) -> bool:
    """Whether this is the server's word about a request rather than a message."""
    return bool(message.headers and "Status" in message.headers)
