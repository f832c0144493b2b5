"""One conditional request for a feed or a page, and what its answer means."""

from collections.abc import Mapping

from cornbread.channels.domain.trouble import (
    AccessLost,
    ChannelTrouble,
    RateLimited,
    Unreachable,
)
from cornbread.channels.networks.feed.pace import retry_after
from cornbread.foundation import clock
from cornbread.foundation.http import HttpClient, HttpTrouble, Refused, Response, TooLarge

LARGEST = 5 * 1024 * 1024
_DEADLINE_S = 30.0
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, text/html;q=0.5, */*;q=0.1"
)


class UnusableFeed(ChannelTrouble):
    """The feed answers, but nothing can be made of it."""

    code = "unusable_feed"


def client(*, local: bool) -> HttpClient:
    """A client for one feed; ``local`` feeds may live on this machine."""
    return HttpClient(timeout=15.0, local=local)


def fetch(http: HttpClient, url: str, conditions: Mapping[str, str] | None = None) -> Response:
    """The answer with status 200 or 304; everything else is raised as ChannelTrouble."""
    headers = {"Accept": _ACCEPT, **(conditions or {})}
    try:
        response = http.request(
            "GET", url, headers=headers, deadline_s=_DEADLINE_S, max_bytes=LARGEST
        )
    except Refused as trouble:
        raise UnusableFeed(trouble.message) from trouble
    except TooLarge as trouble:
        raise UnusableFeed(f"The feed is larger than {LARGEST // 1024**2} MB.") from trouble
    except HttpTrouble as trouble:
        # Asking twice for a feed does no harm, so an unknown outcome is as good as none.
        raise Unreachable(trouble.message) from trouble
    if response.status in (200, 304):
        return response
    raise _trouble(response)


def _trouble(response: Response) -> ChannelTrouble:
    status = response.status
    asked = retry_after(response.headers, clock.now())
    if status == 410:
        return AccessLost("The feed was taken down for good (410). Connect its new address.")
    if status == 401:
        return AccessLost("The feed asks for a password (401), which feeds here cannot give.")
    if status == 429 or (status == 503 and asked is not None):
        return RateLimited(
            f"The server of the feed asks us to wait ({status}).", retry_after_s=asked or 0
        )
    if status in (403, 404):
        return Unreachable(f"The feed is not there at present ({status}).")
    if status >= 500:
        return Unreachable(f"The server of the feed has trouble of its own ({status}).")
    return UnusableFeed(f"The server of the feed answers with status {status}.")
