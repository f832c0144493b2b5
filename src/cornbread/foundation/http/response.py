"""The answer to a request, as a value."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cornbread.foundation.http.trouble import OutcomeUnknown


class Headers(Mapping[str, str]):
    """Response headers, found by name in any case; repeated ones are joined with a comma."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            known = self._values.get(key)
            self._values[key] = value if known is None else f"{known}, {value}"

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers and the unpacked body. ``url`` is the address that answered in the end.

    Only the status is in the repr: bodies and addresses hold people's words and tokens.
    """

    status: int
    headers: Headers = field(repr=False)
    content: bytes = field(repr=False)
    url: str = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the server says that it did what was asked."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text, in the charset that the server names or else UTF-8."""
        try:
            return self.content.decode(self._charset(), "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")

    def json(self, shape: Any = Any) -> Any:
        """The body read as JSON, into ``shape`` (any type that msgspec knows).

        Raises OutcomeUnknown when it is not that: the server may have done what was asked,
        but its answer does not tell.
        """
        try:
            return msgspec.json.decode(self.content, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
            raise OutcomeUnknown("The answer is not the JSON that was expected.") from wrong

    def _charset(self) -> str:
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                return value.strip(" \"'") or "utf-8"
        return "utf-8"
