"""Short words for writing timelines in tests, in minutes after the customer's first message."""

from datetime import UTC, datetime, timedelta
from itertools import count

from cornbread.care.domain.timeline import (
    ChannelReached,
    Details,
    Entry,
    EntryKind,
    MemoryUsed,
    Snoozed,
    Status,
    StatusChanged,
    Visibility,
)

START = datetime(2024, 3, 9, 22, 10, tzinfo=UTC)
_ids = count(1)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def entry(
    kind: EntryKind,
    minutes: float,
    *,
    human: bool = True,
    direct: bool = False,
    network: str = "mastodon",
    details: Details | None = None,
) -> Entry:
    return Entry(
        id=next(_ids),
        at=at(minutes),
        kind=kind,
        human=human,
        visibility=Visibility.DIRECT if direct else Visibility.PUBLIC,
        network=network,
        details=details,
    )


def said(minutes: float = 0, *, direct: bool = False, network: str = "mastodon") -> Entry:
    return entry(EntryKind.MESSAGE_IN, minutes, direct=direct, network=network)


def answered(minutes: float, *, human: bool = True, direct: bool = False) -> Entry:
    return entry(EntryKind.MESSAGE_OUT, minutes, human=human, direct=direct)


def called(minutes: float) -> Entry:
    return entry(EntryKind.CALL_COMPLETED, minutes)


def became(status: Status, minutes: float) -> Entry:
    return entry(EntryKind.STATUS_CHANGED, minutes, details=StatusChanged(status))


def snoozed(minutes: float, *, until: float) -> Entry:
    return entry(EntryKind.SNOOZED, minutes, details=Snoozed(at(until)))


def reached(minutes: float, network: str, *, by_brand: bool = True, human: bool = True) -> Entry:
    details = ChannelReached(network, 7, by_brand)
    return entry(EntryKind.CHANNEL_REACHED, minutes, human=human, details=details)


def remembered(minutes: float, *, age: timedelta, human: bool = True) -> Entry:
    details = MemoryUsed(5, at(minutes) - age, "A basket of cornbread in her room")
    return entry(EntryKind.MEMORY_USED, minutes, human=human, details=details)
