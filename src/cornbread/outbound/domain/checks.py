"""The first checks of a draft, the same ones as it is typed and before it is queued.

Pure: the way of counting, the dictionary and the state of links are handed in.
"""

import re
from collections.abc import Iterable, Mapping

from cornbread.outbound.domain.findings import Finding, Severity
from cornbread.outbound.domain.lengths import Count, count_plain
from cornbread.outbound.domain.links import LinkState, find_links
from cornbread.outbound.domain.placeholders import find_placeholders
from cornbread.outbound.domain.spelling import Dictionary, find_misspellings

_HANDLE = re.compile(r"(?<![\w/])@[\w.-]+(?:@[\w.-]+)?")
#: What prints nothing: the joiners and marks that keyboards and copying leave behind.
_INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2800\u3164\ufe00-\ufe0f\ufeff]+"
)


def check(
    text: str,
    *,
    max_length: int | None = None,
    count: Count = count_plain,
    dictionary: Dictionary | None = None,
    known: Iterable[str] = (),
    link_results: Mapping[str, LinkState] | None = None,
) -> list[Finding]:
    """Everything to be said about a draft: what blocks it first, then in order of the text.

    ``max_length`` in units of ``count``, None for no limit. ``dictionary`` is that of the
    text's language, where there is one; ``known`` are texts whose words are fine, such as what
    the customer wrote and their name. ``link_results`` are by the ``url`` of ``find_links``;
    links that were not tried yet are not judged.
    """
    if not says_something(text):
        message = "There is nothing to send yet. Write a few words."
        return [Finding("empty", Severity.BLOCK, message, 0, len(text))]
    found = [
        *_length(text, max_length, count),
        *find_placeholders(text),
        *_links(text, link_results or {}),
    ]
    if dictionary is not None:
        found += find_misspellings(text, dictionary, known=known)
    return sorted(found, key=lambda one: (one.severity is Severity.WARN, one.start, one.code))


def blocks(findings: Iterable[Finding]) -> bool:
    """Whether any of these keeps a draft from being sent."""
    return any(finding.severity is Severity.BLOCK for finding in findings)


def says_something(text: str) -> bool:
    """False for nothing, for blanks and for nothing but the names of who is addressed."""
    return bool(_INVISIBLE.sub("", _HANDLE.sub("", text)))


def _length(text: str, max_length: int | None, count: Count) -> list[Finding]:
    length = count(text)
    if max_length is None or length <= max_length:
        return []
    over = length - max_length
    message = (
        f"This is {over} character{'' if over == 1 else 's'} too long: {length} of {max_length}."
    )
    return [Finding("too_long", Severity.BLOCK, message, 0, len(text))]


def _links(text: str, results: Mapping[str, LinkState]) -> list[Finding]:
    found: list[Finding] = []
    for link in find_links(text):
        state = results.get(link.url)
        if state is LinkState.DEAD:
            message = f"{link.url} leads nowhere."
            found.append(Finding("dead_link", Severity.BLOCK, message, link.start, link.end))
        elif state is LinkState.DOUBTFUL:
            message = f"{link.url} could not be opened just now. Try it before you send."
            found.append(Finding("doubtful_link", Severity.WARN, message, link.start, link.end))
    return found
