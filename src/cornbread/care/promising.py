"""Promises of many conversations at once: which policy each falls under, and what follows.

Where a workspace has no policy, none of this asks the database for anything.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from cornbread.care.calendars import value_of
from cornbread.care.domain.policies import Conditions, Facts, Policy, most_urgent, policy_for
from cornbread.care.domain.promises import Goal, Pledge, Promise, State, Target, promises_of
from cornbread.care.domain.rungs import Story
from cornbread.care.events import PromisesBroken, PromisesSoonBroken
from cornbread.care.models import Breach, Conversation, OpenPromise, SlaPolicy
from cornbread.foundation import bulk
from cornbread.foundation.outbox import emit

_OPEN = ("conversation_id", "workspace_id", "policy_id", "target", "state", "due_at", "warns_at")
_BREACH = (
    *("workspace_id", "conversation_id", "policy_id", "policy_name", "target", "cycle"),
    *("entry_id", "goal_s", "business", "began_at", "due_at", "calendar_s", "business_s"),
    "recorded_at",
)
#: Breaches found longer ago than this are history that was imported or worked out anew.
NEWS_FOR = timedelta(hours=1)
#: A record is for ever. While posts arrive, the next of them may be the answer that came in time,
#: so what is broken is only written down once a conversation has been quiet for so long.
SETTLES = timedelta(minutes=2)
Key = tuple[int, str, int]
"""Conversation, target, cycle."""


class Made(NamedTuple):
    """What was promised in one conversation, and by which policy."""

    workspace_id: int
    policy: Policy
    promises: tuple[Promise, ...]


def policies_of(workspace_ids: Collection[int]) -> dict[int, list[Policy]]:
    """The policies of these workspaces, in the order in which they are asked."""
    rows = (
        SlaPolicy.objects.filter(workspace_id__in=workspace_ids)
        .select_related("calendar")
        .prefetch_related("channels", "labels")
        .order_by("place", "pk")
    )
    found: dict[int, list[Policy]] = defaultdict(list)
    for row in rows:
        found[row.workspace_id].append(policy_value(row))
    return dict(found)


def policy_value(row: SlaPolicy) -> Policy:
    """A stored policy as the value that promises are worked out from."""
    goals = {
        target: Goal(seconds, business=getattr(row, f"{target}_business"))
        for target in Target
        if (seconds := getattr(row, f"{target}_s")) is not None
    }
    return Policy(
        id=row.pk,
        name=row.name,
        conditions=Conditions(
            channels=frozenset(channel.pk for channel in row.channels.all()),
            priorities=frozenset(row.priorities),
            labels=frozenset(label.pk for label in row.labels.all()),
        ),
        pledge=Pledge(
            goals,
            warn_share=row.warn_percent / 100,
            calendar=value_of(row.calendar) if row.calendar else None,
        ),
    )


def facts_of(conversation_ids: Collection[int]) -> dict[int, Facts]:
    """What policies ask of stored conversations."""
    worn: dict[int, set[int]] = defaultdict(set)
    through = Conversation.labels.through.objects.filter(conversation_id__among=conversation_ids)
    for conversation_id, label_id in through.values_list("conversation_id", "label_id"):
        worn[conversation_id].add(label_id)
    rows = Conversation.objects.filter(pk__among=conversation_ids)
    return {
        id_: Facts(channel_id, priority, frozenset(worn[id_]))
        for id_, channel_id, priority in rows.values_list("pk", "channel_id", "priority")
    }


class Promising:
    """The promises of conversations in work at one moment.

    Only when they are ``settled`` are breaches recorded.
    """

    def __init__(
        self, workspace_ids: Collection[int], now: datetime, *, settled: bool = False
    ) -> None:
        self._now, self._settled = now, settled
        self._policies = policies_of(workspace_ids)
        self._facts: dict[int, Facts] = {}
        self._made: dict[int, Made | None] = {}
        self._known: set[Key] = set()

    def __bool__(self) -> bool:
        """Whether anything is promised to anybody."""
        return bool(self._policies)

    def read(self, conversation_ids: Collection[int]) -> None:
        """Take in what policies ask of stored conversations."""
        if self._policies:
            self._facts |= facts_of(conversation_ids)
            known = Breach.objects.filter(conversation_id__among=conversation_ids)
            self._known |= set(known.values_list("conversation_id", "target", "cycle"))

    def begin(self, conversation_id: int, channel_id: int) -> None:
        """Take in a conversation that is about to be stored."""
        if self._policies:
            self._facts[conversation_id] = Facts(channel_id)

    def of(self, conversation_id: int, workspace_id: int, story: Story) -> tuple[Promise, ...]:
        """What is promised in a conversation; remembered, to be written with the others."""
        made = self.made(conversation_id, workspace_id, story)
        self._made[conversation_id] = made
        return made.promises if made else ()

    def made(self, conversation_id: int, workspace_id: int, story: Story) -> Made | None:
        """The same with its policy; None where no policy applies."""
        if not self._policies:
            return None
        policy = policy_for(self._facts[conversation_id], self._policies.get(workspace_id, ()))
        if policy is None:
            return None
        return Made(workspace_id, policy, promises_of(story, policy.pledge, self._now))

    def recheck_at(self, conversation_id: int) -> datetime | None:
        """When to look again whether something is to be recorded; None if nothing is."""
        made = self._made.get(conversation_id)
        if self._settled or made is None:
            return None
        return self._now + SETTLES if self._news(conversation_id, made) else None

    def _news(self, conversation_id: int, made: Made) -> list[Promise]:
        """Broken promises that are not recorded yet."""
        return [
            one
            for one in made.promises
            if one.state is State.BROKEN
            and (conversation_id, one.target.value, one.cycle) not in self._known
        ]

    def write(self) -> None:
        """Write what lists show and which promises were broken, and tell of what is news."""
        if not self._made:
            return
        before = _states(self._made)
        OpenPromise.objects.filter(pk__among=list(self._made)).delete()
        told = {id_: made for id_, made in self._made.items() if made is not None}
        shown = {id_: (made, most_urgent(made.promises)) for id_, made in told.items()}
        rows = [
            (id_, made.workspace_id, made.policy.id, *_columns(one))
            for id_, (made, one) in shown.items()
            if one is not None
        ]
        bulk.insert(OpenPromise, _OPEN, rows)
        soon = [
            (made.workspace_id, id_)
            for id_, (made, one) in shown.items()
            if one is not None and one.state is State.SOON and before.get(id_) != State.SOON
        ]
        for workspace_id, ids in _by_workspace(soon):
            emit(PromisesSoonBroken(workspace_id=workspace_id, conversation_ids=ids))
        if self._settled:
            self._record(told)
        self._made = {}

    def _record(self, told: dict[int, Made]) -> None:
        broken = [(id_, made, one) for id_, made in told.items() for one in self._news(id_, made)]
        rows = [_breach(id_, made, one, self._now) for id_, made, one in broken]
        bulk.insert(Breach, _BREACH, rows, unless_known=True)
        news = [
            (made.workspace_id, id_)
            for id_, made, one in broken
            if one.open and one.due_at is not None and self._now - one.due_at < NEWS_FOR
        ]
        for workspace_id, ids in _by_workspace(news):
            emit(PromisesBroken(workspace_id=workspace_id, conversation_ids=ids))


def _states(conversation_ids: Iterable[int]) -> dict[int, str]:
    rows = OpenPromise.objects.filter(pk__among=list(conversation_ids))
    return dict(rows.values_list("pk", "state"))


def _columns(one: Promise) -> tuple[str, str, datetime | None, datetime | None]:
    return one.target.value, one.state.value, one.due_at, one.warns_at


def _breach(id_: int, made: Made, one: Promise, now: datetime) -> tuple[object, ...]:
    calendar_s, business_s = one.broken_after or (0, 0)
    return (
        *(made.workspace_id, id_, made.policy.id, made.policy.name, one.target.value, one.cycle),
        *(one.entry_id, one.goal.seconds, one.goal.business, one.began_at, one.due_at),
        *(round(calendar_s), round(business_s), now),
    )


def _by_workspace(
    told: Iterable[tuple[int, int]],
) -> Iterable[tuple[int, tuple[int, ...]]]:
    found: dict[int, set[int]] = defaultdict(set)
    for workspace_id, id_ in told:
        found[workspace_id].add(id_)
    return [(workspace_id, tuple(sorted(ids))) for workspace_id, ids in found.items()]


def join_promises(gone_id: int, kept_id: int) -> None:
    """Two conversations become one: what was broken in the one that goes stays recorded.

    Where the same was broken in both, each keeps its own record.
    """
    OpenPromise.objects.filter(pk=gone_id).delete()
    kept = set(Breach.objects.filter(conversation_id=kept_id).values_list("target", "cycle"))
    for one in Breach.objects.filter(conversation_id=gone_id):
        if (one.target, one.cycle) not in kept:
            Breach.objects.filter(pk=one.pk).update(conversation_id=kept_id)
