"""What is promised, and to whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from cornbread.care import pledges, queries
from cornbread.care.domain.promises import Goal, Target
from cornbread.care.domain.timeline import Priority
from cornbread.care.models import Calendar, SlaPolicy
from cornbread.care.recomputing import recompute
from cornbread.channels import queries as channels
from cornbread.foundation.errors import Invalid
from cornbread.foundation.jobs import enqueue
from cornbread.team.actions import record
from cornbread.team.models import Member

MINUTE_S, YEAR_S = 60, 366 * 86_400
#: More of them nobody could tell apart.
MOST_POLICIES = 50


@dataclass(frozen=True)
class Terms:
    """What a policy says: target times, whose hours count, and for which conversations.

    Empty conditions mean every channel, every priority, every label.
    """

    name: str
    goals: Mapping[Target, Goal]
    calendar_id: int | None = None
    warn_percent: int = 75
    channel_ids: Collection[int] = ()
    label_ids: Collection[int] = ()
    priorities: Collection[str] = field(default_factory=tuple)


@transaction.atomic
def save_policy(terms: Terms, *, by: Member, policy_id: int | None = None) -> SlaPolicy:
    """A new policy, asked after all others, or changes to one; promises are worked out anew.

    What was broken under the old terms stays recorded.
    """
    by.require("promise.write")
    others = pledges.policies(seen_by=by)
    if policy_id is None:
        if others.count() >= MOST_POLICIES:
            raise Invalid(f"A workspace has at most {MOST_POLICIES} policies.")
        last = others.last()
        one = SlaPolicy(workspace_id=by.workspace_id, place=last.place + 1 if last else 0)
    else:
        one = pledges.policy(policy_id, seen_by=by)
    one.name = _name(terms.name)
    if others.filter(name__iexact=one.name).exclude(pk=one.pk).exists():
        raise Invalid("There is such a policy already.", fields={"name": "Already taken."})
    one.calendar = _known_calendar(terms.calendar_id, by)
    _set_goals(one, terms.goals)
    if not 1 <= terms.warn_percent <= 100:
        message = "Between 1 and 100, please."
        raise Invalid(message, fields={"warn_percent": message})
    one.warn_percent = terms.warn_percent
    one.priorities = _known_priorities(terms.priorities)
    channel_ids = _known_channels(terms.channel_ids, by)
    label_ids = _known_labels(terms.label_ids, by)
    one.save()
    one.channels.set(channel_ids)
    one.labels.set(label_ids)
    _changed("policy.created" if policy_id is None else "policy.changed", one, by)
    return one


@transaction.atomic
def move_policy(policy_id: int, *, earlier: bool, by: Member) -> None:
    """Let a policy be asked before, or after, the one next to it."""
    by.require("promise.write")
    one = pledges.policy(policy_id, seen_by=by)
    order = list(pledges.policies(seen_by=by))
    at = [policy.pk for policy in order].index(one.pk)
    to = at - 1 if earlier else at + 1
    if 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
        for place, policy in enumerate(order):
            policy.place = place
        SlaPolicy.objects.bulk_update(order, ["place"])
        _changed("policy.moved", one, by)


@transaction.atomic
def delete_policy(policy_id: int, *, by: Member) -> None:
    """Promise this no longer. What was broken stays recorded."""
    by.require("promise.write")
    one = pledges.policy(policy_id, seen_by=by)
    _changed("policy.deleted", one, by)
    one.delete()


def _name(given: str) -> str:
    name = " ".join(given.split())[:80]
    if not name:
        raise Invalid("A policy needs a name.", fields={"name": "A policy needs a name."})
    return name


def _set_goals(one: SlaPolicy, goals: Mapping[Target, Goal]) -> None:
    if not goals:
        message = "Promise at least one of the three times."
        raise Invalid(message, code="nothing_promised", fields={"first_response_s": message})
    for target, goal in goals.items():
        if not MINUTE_S <= goal.seconds <= YEAR_S:
            message = "Between a minute and a year, please."
            raise Invalid(message, fields={f"{target}_s": message})
        if goal.business and one.calendar is None:
            message = "Choose the calendar whose opening hours count."
            raise Invalid(message, code="no_calendar", fields={"calendar": message})
    for target in Target:
        found = goals.get(target)
        setattr(one, f"{target}_s", found.seconds if found else None)
        setattr(one, f"{target}_business", bool(found and found.business))


def _known_priorities(given: Collection[str]) -> list[str]:
    if set(given) - set(Priority):
        message = f"Choose among {', '.join(Priority)}."
        raise Invalid(message, fields={"priorities": message})
    return [priority.value for priority in Priority if priority in given]


def _known_calendar(calendar_id: int | None, by: Member) -> Calendar | None:
    if calendar_id is None:
        return None
    found = pledges.calendars(seen_by=by).filter(pk=calendar_id).first()
    if found is None:
        message = "There is no such calendar."
        raise Invalid(message, fields={"calendar": message})
    return found


def _known_channels(ids: Collection[int], by: Member) -> list[int]:
    found = channels.channels(seen_by=by).filter(pk__in=ids).values_list("pk", flat=True)
    return _all_of(ids, list(found), "channels", "There is no such channel.")


def _known_labels(ids: Collection[int], by: Member) -> list[int]:
    found = queries.labels(seen_by=by).filter(pk__in=ids).values_list("pk", flat=True)
    return _all_of(ids, list(found), "labels", "There is no such label.")


def _all_of(ids: Collection[int], found: list[int], field_name: str, message: str) -> list[int]:
    if set(ids) != set(found):
        raise Invalid(message, fields={field_name: message})
    return found


def _changed(verb: str, one: SlaPolicy, by: Member) -> None:
    record(by.workspace_id, by, verb, f"policy:{one.pk}", name=one.name)
    enqueue(recompute, workspace_id=by.workspace_id)
