"""The rules of a workspace that are switched on, read seldom: intake asks with every batch."""

import threading
import time
from datetime import datetime, timedelta

import msgspec

from cornbread.automation.domain.conditions import When, read_when
from cornbread.automation.domain.steps import Step, read_steps
from cornbread.automation.domain.triggers import Trigger
from cornbread.automation.models import Rule

#: How long a rule that was changed elsewhere may take to be followed here, in seconds.
FRESH_S = 1.0


class Ready(msgspec.Struct, frozen=True):
    """A rule as it is followed."""

    id: int
    triggers: frozenset[Trigger]
    when: When
    wait: timedelta
    since: datetime | None
    waits_until: datetime | None


_known: dict[int, tuple[float, tuple[Ready, ...]]] = {}
_lock = threading.Lock()


def ready_rules(workspace_id: int) -> tuple[Ready, ...]:
    """The rules that are switched on, in the order in which they were made."""
    known = _known.get(workspace_id)
    if known is not None and time.monotonic() - known[0] < FRESH_S:
        return known[1]
    found = Rule.objects.filter(workspace_id=workspace_id, active=True).order_by("pk")
    rules = tuple(map(ready, found))
    with _lock:
        _known[workspace_id] = (time.monotonic(), rules)
    return rules


def forget_rules() -> None:
    """Read everything anew: after a change, and between tests."""
    with _lock:
        _known.clear()


def ready(rule: Rule) -> Ready:
    """A stored rule as it is followed."""
    return Ready(
        id=rule.pk,
        triggers=frozenset(Trigger(one) for one in rule.triggers),
        when=read_when(rule.conditions),
        wait=timedelta(minutes=rule.wait_minutes or 0),
        since=rule.since,
        waits_until=rule.waits_until,
    )


def steps_of(stored: list[dict[str, object]]) -> tuple[Step, ...]:
    """Stored steps as values."""
    return read_steps(stored)
