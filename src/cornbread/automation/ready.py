"""The rules of a workspace that are switched on, read seldom: intake asks with every batch."""

import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from cornbread.automation.domain.conditions import When, read_when
from cornbread.automation.domain.holding import Fits, fits
from cornbread.automation.domain.steps import Step, read_steps
from cornbread.automation.domain.triggers import Trigger
from cornbread.automation.models import Rule
from cornbread.listening.domain.matchable import MatchablePost
from cornbread.listening.domain.matching import Matcher

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


class Rules(msgspec.Struct, frozen=True):
    """The rules of a workspace, and all their queries ready to match at once."""

    all: tuple[Ready, ...]
    matcher: Matcher | None
    numbers: dict[str, int]

    def fits(self) -> Fits:
        """How a batch asks for queries: each post is read once, whatever asks."""
        seen: dict[int, set[int]] = {}

        def ask(query: str, post: MatchablePost) -> bool:
            number = self.numbers.get(query)
            if self.matcher is None or number is None:
                return fits(query, post)
            # Posts of a batch live as long as it does, so that no other gets their address.
            if id(post) not in seen:
                seen[id(post)] = set(self.matcher.match(post))
            return number in seen[id(post)]

        return ask


_known: dict[int, tuple[float, Rules]] = {}
_lock = threading.Lock()


def ready_rules(workspace_id: int) -> Rules:
    """The rules that are switched on, in the order in which they were made."""
    known = _known.get(workspace_id)
    if known is not None and time.monotonic() - known[0] < FRESH_S:
        return known[1]
    found = Rule.objects.filter(workspace_id=workspace_id, active=True).order_by("pk")
    rules = compiled(tuple(map(ready, found)), known[1] if known else None)
    with _lock:
        _known[workspace_id] = (time.monotonic(), rules)
    return rules


def compiled(rules: tuple[Ready, ...], before: Rules | None = None) -> Rules:
    """These rules with their queries; what was compiled ``before`` is kept while they ask it."""
    queries = sorted(set(_queries(rules)))
    if before is not None and sorted(before.numbers) == queries:
        return Rules(rules, before.matcher, before.numbers)
    if not queries:
        return Rules(rules, None, {})
    matcher = Matcher.compile(dict(enumerate(queries)))
    numbers = {query: at for at, query in enumerate(queries) if at not in matcher.errors}
    return Rules(rules, matcher, numbers)


def _queries(rules: Iterable[Ready]) -> Iterable[str]:
    for rule in rules:
        for group in rule.when.groups:
            for one in group.conditions:
                if one.operator.startswith("matches"):
                    yield str(one.value)


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
