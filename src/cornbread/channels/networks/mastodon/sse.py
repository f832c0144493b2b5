"""Server-sent events: lines in, events out. Pure."""

from typing import NamedTuple


class ServerEvent(NamedTuple):
    """One event, e.g. ``update`` with the JSON of a status."""

    name: str
    data: str


class EventAssembler:
    """Puts lines together as the HTML standard says; comments are heartbeats and give nothing."""

    def __init__(self) -> None:
        self._name = ""
        self._data: list[str] = []

    def feed(self, line: str) -> ServerEvent | None:
        """Take one line without its end; returns an event when the line completed one."""
        if not line:
            return self._finish()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        return None

    def _finish(self) -> ServerEvent | None:
        name, data = self._name, self._data
        self._name, self._data = "", []
        return ServerEvent(name or "message", "\n".join(data)) if data else None
