"""An open browser page that reads the stream of live events, straight from the ASGI endpoint."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from django.conf import settings

from cornbread.team import streaming


class Page:
    """An open browser page: reads the messages of the stream."""

    def __init__(self) -> None:
        self.status = 0
        self.ended = asyncio.Event()
        self.closed = asyncio.Event()
        self.got: asyncio.Queue[bytes] = asyncio.Queue()

    async def receive(self) -> dict[str, Any]:
        await self.closed.wait()
        return {"type": "http.disconnect"}

    async def send(self, sent: Any) -> None:
        if sent["type"] == "http.response.start":
            self.status = sent["status"]
        elif sent.get("body"):
            await self.got.put(sent["body"])
        if sent["type"] == "http.response.body" and not sent.get("more_body"):
            self.ended.set()

    async def message(self) -> dict[str, Any]:
        """The next message with its id and event; beats are passed over."""
        while True:
            raw = (await asyncio.wait_for(self.got.get(), 5)).decode()
            if raw.startswith(":"):
                continue
            lines = dict(line.split(": ", 1) for line in raw.strip().splitlines())
            data = json.loads(lines["data"])
            return {"id": int(lines["id"]), "event": lines["event"], **data}


@asynccontextmanager
async def opened(slug: str, cookie: str = "", after: int | None = None) -> AsyncIterator[Page]:
    headers = [(b"cookie", f"theme=dark; {settings.SESSION_COOKIE_NAME}={cookie}".encode())]
    if after is not None:
        headers.append((b"last-event-id", str(after).encode()))
    scope = {"type": "http", "path": f"/w/{slug}/live", "headers": headers}
    page = Page()

    async def nobody_else(*_: Any) -> None:
        raise AssertionError("the live address went to Django")

    app = streaming.with_live_events(nobody_else)
    task = asyncio.create_task(app(scope, page.receive, page.send))
    try:
        yield page
    finally:
        page.closed.set()
        await asyncio.wait_for(task, 5)
