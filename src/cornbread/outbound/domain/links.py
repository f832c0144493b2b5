"""Links in a text, and what trying one out says about it."""

import re
from enum import StrEnum

import msgspec

_LINK = re.compile(
    r"(?<![\w@])(?:https?://|www\.)[^\s<>\"“”„«»`、。「」|]{1,2000}", re.IGNORECASE | re.UNICODE
)
_BRACKETS = {")": "(", "]": "[", "}": "{"}


class Link(msgspec.Struct, frozen=True):
    """A link as it stands in the text, and the address that it leads to."""

    url: str
    start: int
    end: int


class LinkState(StrEnum):
    """Dead links keep a message back; doubtful ones are worth a look."""

    ALIVE = "alive"
    DOUBTFUL = "doubtful"
    DEAD = "dead"


def find_links(text: str) -> list[Link]:
    """The web links of a text, in order, without the punctuation that follows them."""
    found: list[Link] = []
    for match in _LINK.finditer(text):
        written = _without_punctuation(match[0])
        start = match.start()
        bare = written.lower().startswith("www.")
        host = written if bare else written.partition("//")[2]
        if host:
            url = f"https://{written}" if bare else written
            found.append(Link(url, start, start + len(written)))
    return found


def judge_answer(status: int) -> LinkState:
    """What the final HTTP status of a link says; redirects are followed before."""
    if status in (404, 410):
        return LinkState.DEAD
    # Many sites refuse strangers who are not browsers: that is not the customer's trouble.
    return LinkState.ALIVE if status < 400 else LinkState.DOUBTFUL


def _without_punctuation(written: str) -> str:
    # Ends before the scheme at the latest: no letter is punctuation.
    while _is_punctuation(written[-1], written):
        written = written[:-1]
    return written


def _is_punctuation(last: str, written: str) -> bool:
    opening = _BRACKETS.get(last)
    if opening is not None:
        return written.count(last) > written.count(opening)
    return last in ".,;:!?'’*_~…"
