"""What an answer of the server, or the lack of one, means for us. Pure decisions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from cornbread.channels.domain.trouble import (
    AccessLost,
    ChannelTrouble,
    OutcomeUncertain,
    RateLimited,
    Rejected,
    Unreachable,
)
from cornbread.channels.networks.mastodon.payloads import decode, moment
from cornbread.channels.networks.mastodon.text import clean

#: What Mastodon's limits usually are when a 429 does not say how long to wait.
DEFAULT_WAIT_S = 60.0
LONGEST_WAIT_S = 3600.0
#: The server did not take the request at all: these come before any work is done.
_NOT_TAKEN = frozenset({408, 425, 429})


class Quota:
    """What is left of the requests the server allows, by its own headers."""

    #: Kept back for replies, which must never wait behind polling.
    RESERVE = 40

    def __init__(self) -> None:
        self._remaining: int | None = None
        self._reset: datetime | None = None

    def note(self, headers: Mapping[str, str]) -> None:
        """Read the headers of an answer."""
        remaining = headers.get("x-ratelimit-remaining", "")
        if remaining.isascii() and remaining.isdigit():
            self._remaining = int(remaining[:9])
            self._reset = moment_of_reset(headers)

    def wait_s(self, at: datetime) -> float:
        """Seconds that listening should pause so that the reserve stays for replies."""
        if self._remaining is None or self._reset is None or self._remaining >= self.RESERVE:
            return 0.0
        return min(max((self._reset - at).total_seconds(), 0.0), LONGEST_WAIT_S)


def moment_of_reset(headers: Mapping[str, str]) -> datetime | None:
    """When the limit is lifted. Mastodon gives ISO 8601, some others seconds since 1970."""
    stamp = headers.get("x-ratelimit-reset", "").strip()
    if stamp.isascii() and stamp.isdigit() and len(stamp) <= 10:
        return datetime.fromtimestamp(int(stamp), UTC)
    return moment(stamp)


def wait_of(headers: Mapping[str, str], at: datetime) -> float:
    """Seconds to wait after a 429: Retry-After (seconds or a date), else the limit's reset."""
    retry = headers.get("retry-after", "").strip()
    if retry.isascii() and retry.isdigit():
        return min(float(retry[:9]), LONGEST_WAIT_S)
    until = _http_date(retry) or moment_of_reset(headers)
    if until is None:
        return DEFAULT_WAIT_S
    return min(max((until - at).total_seconds(), 1.0), LONGEST_WAIT_S)


def sentence_of(content: bytes) -> str:
    """The server's own words for an error, or nothing."""
    try:
        said = decode(content, dict[str, object])
    except ValueError:
        return ""
    words = said.get("error_description") or said.get("error")
    return clean(words).strip()[:300] if isinstance(words, str) else ""


def trouble_of(
    status: int, headers: Mapping[str, str], content: bytes, *, once: bool, at: datetime
) -> ChannelTrouble:
    """The trouble that an answer other than 2xx is.

    ``once`` marks requests that must not be carried out twice: after a 5xx nobody knows whether
    they were, because a proxy may answer for a server that is still working.
    """
    said = sentence_of(content)
    if status == 401:
        return AccessLost(f"The instance no longer accepts our access{_quoted(said)}.")
    if status == 429:
        wait = wait_of(headers, at)
        return RateLimited(
            f"The instance asks us to wait {round(wait)} seconds.", retry_after_s=wait
        )
    if status in _NOT_TAKEN:
        return Unreachable(f"The instance did not take the request (status {status}).")
    if status >= 500:
        kind = OutcomeUncertain if once else Unreachable
        return kind(f"The instance has a problem of its own (status {status}){_quoted(said)}.")
    if 300 <= status < 400:
        return Rejected("The instance has moved to another address; please connect it anew.")
    return Rejected(said or f"The instance refused (status {status}).")


def means_access_is_lost(said: str) -> bool:
    """Whether the sentence of a 403 is about our access rather than about this one request."""
    low = said.lower()
    return any(word in low for word in ("scope", "login", "disabled", "suspended", "revoked"))


def _quoted(said: str) -> str:
    return f": {said.rstrip('.')}" if said else ""


def _http_date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
