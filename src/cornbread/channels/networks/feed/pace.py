"""How long to wait before a feed is asked again. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

_LONGEST_NUMBER = 9


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: never more often than ``least``, ``usual`` when nobody says, never over ``most``."""

    least: float = 300
    usual: float = 600
    most: float = 24 * 3600

    def wait(self, ttl_s: float | None, max_age_s: float | None, luck: float) -> float:
        """Until the next look after a good answer. ``luck`` (0 to 1) spreads readers apart."""
        asked = [value for value in (ttl_s, max_age_s) if value is not None]
        base = min(max([self.least, *asked] if asked else [self.usual]), self.most)
        return base * (1 + luck / 5)

    def wait_after_trouble(self, failures: int, retry_after_s: float | None, luck: float) -> float:
        """Until the next look after the n-th failure in a row: doubling, or what was asked."""
        doubled = self.least * 2.0 ** min(failures - 1, 16)
        return min(max(doubled, retry_after_s or 0), self.most) * (1 + luck / 5)


def max_age(headers: Mapping[str, str]) -> float | None:
    """How long the server calls its answer fresh, by Cache-Control; None when it does not say."""
    for part in headers.get("cache-control", "").lower().split(","):
        name, _, value = part.strip().partition("=")
        if name == "max-age":
            value = value.strip('" ')
            return float(value) if value.isdecimal() and len(value) <= _LONGEST_NUMBER else None
    return None


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the server asks us to wait; None when it does not say."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value) if len(value) <= _LONGEST_NUMBER else None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (moment - now).total_seconds())
