"""Which policy a conversation falls under, and what its promises do to the queue."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from cornbread.care.domain.clock import Clock
from cornbread.care.domain.promises import Pledge, Promise
from cornbread.care.domain.timeline import Priority


class Facts(msgspec.Struct, frozen=True):
    """What policies ask of a conversation; labels by their ids."""

    channel_id: int
    priority: str = Priority.NORMAL
    labels: frozenset[int] = frozenset()


class Conditions(msgspec.Struct, frozen=True):
    """Whom a policy is for. Each set names what will do; an empty one asks for nothing."""

    channels: frozenset[int] = frozenset()
    priorities: frozenset[str] = frozenset()
    labels: frozenset[int] = frozenset()

    def met_by(self, facts: Facts) -> bool:
        """Whether a conversation is among them: one of each set that is not empty."""
        return (
            (not self.channels or facts.channel_id in self.channels)
            and (not self.priorities or facts.priority in self.priorities)
            and (not self.labels or not self.labels.isdisjoint(facts.labels))
        )


class Policy(msgspec.Struct, frozen=True):
    """A pledge, and whom it is given."""

    id: int
    name: str
    conditions: Conditions
    pledge: Pledge


def policy_for(facts: Facts, policies: Iterable[Policy]) -> Policy | None:
    """The first of the policies, in their order, that a conversation falls under."""
    return next((one for one in policies if one.conditions.met_by(facts)), None)


def most_urgent(made: Iterable[Promise]) -> Promise | None:
    """The promise to show: of those that still wait for their end, the one that is due first."""
    waiting = [one for one in made if one.open]
    return min(waiting, key=_rank, default=None)


def _rank(one: Promise) -> tuple[bool, datetime]:
    return (one.due_at is None, one.due_at or one.began_at)


def with_promises(clock: Clock, made: Sequence[Promise], now: datetime, grace: timedelta) -> Clock:
    """The clock of a conversation as the queue reads it once promises were made.

    What is due first decides, be it the level or a promise. A promise that was broken keeps its
    place at the top for ``grace``; after that it is missed, as a level is.
    """
    due = [(one.due_at, one) for one in made if one.open and one.due_at is not None]
    if not due:
        return clock
    late = [moment for moment, _ in due if now <= moment + grace]
    if clock.late_at is not None and not clock.missed:
        late.append(clock.late_at)
    missed = not late
    if missed:
        late = [clock.late_at] if clock.late_at else [moment for moment, _ in due]
    changes = [clock.changes_at] if clock.changes_at else []
    for moment, one in due:
        turns = [one.warns_at or moment, moment, moment + grace]
        changes += [turn for turn in turns if now <= turn][:1]
    return msgspec.structs.replace(
        clock, late_at=min(late), missed=missed, changes_at=min(changes, default=None)
    )
