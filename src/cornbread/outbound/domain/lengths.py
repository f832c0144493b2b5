"""How networks count the length of a post: code points after composition (NFC).

Mastodon counts grapheme clusters, of which there are never more, so nothing that passes here is
refused there for its length.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from cornbread.channels.domain.capabilities import Counting
from cornbread.outbound.domain.links import find_links

Count = Callable[[str], int]

LINK_LENGTH = 23
_MENTION = re.compile(r"(?<![=/\w])(@[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)@[\w.-]*\w", re.IGNORECASE)
_REAL_DOMAIN = re.compile(r"(?:[\w-]+\.)+(?:[^\W\d_]{2,}|xn--[a-z0-9-]+)", re.IGNORECASE)


def count_plain(text: str) -> int:
    """Every character counts."""
    return len(unicodedata.normalize("NFC", text))


def count_mastodon(text: str) -> int:
    """A link counts 23 however long it is, and ``@user@host`` counts as ``@user``."""
    text = unicodedata.normalize("NFC", text)
    pieces: list[str] = []
    end = 0
    for link in find_links(text):
        if link.url == text[link.start : link.end] and _is_public(link.url):
            pieces += [text[end : link.start], "-" * LINK_LENGTH]
            end = link.end
    return len(_MENTION.sub(r"\1", "".join([*pieces, text[end:]])))


def _is_public(url: str) -> bool:
    """Mastodon shortens only what it takes for a link; ``http://localhost`` counts in full."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return _REAL_DOMAIN.fullmatch(host) is not None


COUNTS: Mapping[Counting, Count] = {
    Counting.PLAIN: count_plain,
    Counting.MASTODON: count_mastodon,
}
"""The function behind each way of counting that a network may declare."""
