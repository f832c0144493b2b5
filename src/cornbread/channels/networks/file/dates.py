"""Reading the dates of exports: the common shapes quickly, all others with dateutil."""

import warnings
from datetime import UTC, datetime
from enum import StrEnum

from dateutil import parser as dateutil_parser

from cornbread.channels.networks.file.problems import Reason, Unusable, shown

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_TWITTER_LENGTH = len("Tue Oct 31 22:10:47 +0000 2017")
_LONGEST = 64
_EARLIEST, _LATEST = 1970, 2200
# Two defaults without one common part: where the results differ, the text left a part out.
_DEFAULTS = (datetime(2001, 1, 1), datetime(2004, 2, 2))
_DATEUTIL_ERRORS = (ValueError, ArithmeticError, TypeError, AttributeError, LookupError, Warning)


class DateOrder(StrEnum):
    """How to read 03/04/2017; ``STRICT`` refuses to guess."""

    STRICT = "strict"
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


def is_twitter_date(text: str) -> bool:
    """Whether this looks like ``Tue Oct 31 22:10:47 +0000 2017``."""
    return len(text) == _TWITTER_LENGTH and text[20:25] == "+0000"


def read_date(text: str, order: DateOrder = DateOrder.STRICT) -> datetime:
    """The moment in UTC; a date without a zone is taken as UTC. Raises Unusable."""
    try:
        if is_twitter_date(text):
            return _twitter(text)
        if text[:4].isdigit() and text[4:5] == "-":
            return _in_utc(datetime.fromisoformat(text))
        if text.replace(".", "", 1).isdigit():
            return _number(text)
    except (ValueError, KeyError, OverflowError):
        pass
    return _anything(text, order)


def _twitter(text: str) -> datetime:
    year = int(text[26:30])
    if year < _EARLIEST:
        raise ValueError(text)
    return datetime(
        year,
        _MONTHS[text[4:7]],
        int(text[8:10]),
        int(text[11:13]),
        int(text[14:16]),
        int(text[17:19]),
        tzinfo=UTC,
    )


def _number(text: str) -> datetime:
    """Seconds, milliseconds or microseconds since 1970, or a date written as 20171031."""
    if len(text) == 8 and text[:2] in ("19", "20"):
        return _in_utc(datetime.strptime(text, "%Y%m%d"))
    value = float(text)
    for limit, divisor in ((1e11, 1), (1e14, 1e3), (1e17, 1e6)):
        if value < limit:
            return datetime.fromtimestamp(value / divisor, UTC)
    raise ValueError(text)


def _anything(text: str, order: DateOrder) -> datetime:
    if not text or len(text) > _LONGEST:
        raise _bad(text)
    month_first = _parsed(text, day_first=False)
    if order is not DateOrder.MONTH_FIRST:
        day_first = _parsed(text, day_first=True)
        if order is DateOrder.DAY_FIRST:
            return day_first
        if day_first != month_first:
            raise Unusable(
                Reason.AMBIGUOUS_DATE,
                f"The date {shown(text)} can be read in two ways; "
                "add dates=dmy or dates=mdy to the mapping.",
            )
    return month_first


def _parsed(text: str, *, day_first: bool) -> datetime:
    try:
        with warnings.catch_warnings():
            # An unknown zone name would silently be read as UTC, hours away from the truth.
            warnings.simplefilter("error")
            first, second = (
                dateutil_parser.parse(text, default=default, dayfirst=day_first)
                for default in _DEFAULTS
            )
            if first != second:
                raise _bad(text)
            return _in_utc(first)
    except _DATEUTIL_ERRORS:
        raise _bad(text) from None


def _in_utc(moment: datetime) -> datetime:
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if not _EARLIEST <= moment.year <= _LATEST:
        raise ValueError(moment)
    return moment


def _bad(text: str) -> Unusable:
    what = f"{shown(text)} is not a date that can be read" if text else "The date is empty"
    return Unusable(Reason.BAD_DATE, what + ".")
