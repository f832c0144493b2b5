"""The first checks of a draft, with what the network, the dictionary and the web say."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from cornbread.channels.domain.capabilities import Counting
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.http import HttpClient, HttpTrouble, Refused, TooLarge
from cornbread.outbound.domain.checks import check
from cornbread.outbound.domain.dictionaries import dictionary_for
from cornbread.outbound.domain.findings import Finding, Severity
from cornbread.outbound.domain.lengths import Count, count_mastodon, count_plain
from cornbread.outbound.domain.links import LinkState, find_links, judge_answer

COUNTING: Mapping[Counting, Count] = {
    Counting.PLAIN: count_plain,
    Counting.MASTODON: count_mastodon,
}
#: Links tried of one draft, and how long all of them together may take, in seconds.
MOST_LINKS = 5
LINK_DEADLINE_S = 4.0
#: What was found out about a link is believed for so long.
LINK_FRESH = timedelta(minutes=5)
MOST_REMEMBERED = 1000


def count(text: str, channel: Channel, to: str = "") -> int:
    """The length of a text as this channel's network counts it, once ``to`` is named in it."""
    return _counting(channel, to)(text)


def _counting(channel: Channel, to: str) -> Count:
    able = channel.capabilities
    plain = COUNTING[able.counting]
    if not able.names_recipient or not to:
        return plain

    def with_name(text: str) -> int:
        named = f"@{to}".lower() in text.lower()
        return plain(text if named else f"@{to} {text}")

    return with_name


def findings(
    text: str,
    *,
    channel: Channel,
    to: str = "",
    lang: str = "",
    said: str = "",
    with_links: bool = True,
) -> list[Finding]:
    """Everything to be said about a draft to the handle ``to``.

    ``said`` holds words of the conversation so far, which are never called misspelt.
    """
    return check(
        text,
        max_length=channel.capabilities.max_length,
        count=_counting(channel, to),
        dictionary=dictionary_for(lang),
        known=[said],
        link_results=try_links(text) if with_links else None,
    )


def blocking(text: str, *, channel: Channel, to: str = "") -> list[Finding]:
    """What keeps the draft from being sent. Links are judged as they were found while typing."""
    found = check(
        text,
        max_length=channel.capabilities.max_length,
        count=_counting(channel, to),
        link_results=_known_links(text),
    )
    return [one for one in found if one.severity is Severity.BLOCK]


def try_links(text: str) -> dict[str, LinkState]:
    """Open the links of a draft, a few and briefly; addresses inside our network are refused."""
    urls = list(dict.fromkeys(link.url for link in find_links(text)))[:MOST_LINKS]
    known = _known_links(text)
    new = [url for url in urls if url not in known]
    if not new:
        return known
    with ThreadPoolExecutor(max_workers=len(new)) as pool:
        states = dict(zip(new, pool.map(_try, new), strict=True))
    if len(_found) > MOST_REMEMBERED:
        _found.clear()
    now = clock.now()
    _found.update({url: (now, state) for url, state in states.items()})
    return known | states


#: What was found out about links, and when.
_found: dict[str, tuple[datetime, LinkState]] = {}


def _known_links(text: str) -> dict[str, LinkState]:
    """Links of the draft that were tried a moment ago; sending never waits for the web."""
    since = clock.now() - LINK_FRESH
    seen = {link.url: _found[link.url] for link in find_links(text) if link.url in _found}
    return {url: state for url, (at, state) in seen.items() if at >= since}


def _try(url: str) -> LinkState:
    try:
        with HttpClient() as client:
            answer = client.request("GET", url, deadline_s=LINK_DEADLINE_S, max_bytes=200_000)
        return judge_answer(answer.status)
    except TooLarge:
        return LinkState.ALIVE
    except Refused:
        return LinkState.DEAD
    except HttpTrouble:
        return LinkState.DOUBTFUL
