"""An entry of a feed as bytes: all that the parser library found, so that we can read it again."""

import time
from collections.abc import Mapping
from typing import Any

import feedparser
import msgspec

from cornbread.channels.networks.feed.text import plain

#: What an entry takes from its feed where it does not say so itself.
_OF_THE_FEED = (
    *("title", "title_detail", "link", "language", "author_detail"),
    *("updated_parsed", "published_parsed"),
)
#: Payloads without this hold texts only: enough to look at, not to read again.
_WHOLE = "whole"
_TIME = "struct_time"


def kept(entry: Mapping[str, Any], feed: Mapping[str, Any], url: str) -> bytes:
    """JSON of the entry and of what it takes from its feed."""
    around = {name: feed[name] for name in _OF_THE_FEED if name in feed}
    return msgspec.json.encode(
        {"feed": url, "entry": _plain(entry), "around": _plain(around), _WHOLE: True}
    )


def restored(raw: bytes) -> tuple[Mapping[str, Any], Mapping[str, Any], str] | None:
    """Entry, feed and address of a payload; None where it does not hold them."""
    try:
        found = msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not found.get(_WHOLE):
        return None
    return _back(found["entry"]), _back(found["around"]), str(found["feed"])


def _plain(value: Any) -> Any:
    match value:
        case str():
            return plain(value)
        case time.struct_time():
            return {_TIME: list(value)}
        case dict():
            return {plain(str(key)): _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case bool() | int() | float() | None:
            return value
    return str(value)


def _back(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {_TIME}:
            return time.struct_time(value[_TIME])
        # The library's own kind of mapping finds enclosures among the links, and more.
        return feedparser.FeedParserDict({key: _back(one) for key, one in value.items()})
    return [_back(one) for one in value] if isinstance(value, list) else value
