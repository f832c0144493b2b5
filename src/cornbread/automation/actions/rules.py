"""Rules are written, switched and deleted."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.db import transaction

from cornbread.automation import queries
from cornbread.automation.checking import checked_name, checked_steps
from cornbread.automation.domain.conditions import read_when
from cornbread.automation.domain.conditions import stored as stored_when
from cornbread.automation.domain.steps import Reply, Step
from cornbread.automation.domain.steps import stored as stored_steps
from cornbread.automation.domain.triggers import Trigger
from cornbread.automation.models import Rule
from cornbread.automation.ready import forget_rules
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.team.actions import record
from cornbread.team.models import Member

LONGEST_WAIT_MIN = 60 * 24 * 60


class RuleIn(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as somebody wrote it, not looked at yet."""

    name: str
    triggers: Sequence[str] = ()
    wait_minutes: int | None = None
    conditions: Mapping[str, Any] = {}
    steps: Sequence[Any] = ()
    sends: bool = False


@transaction.atomic
def save_rule(rule_id: int | None, wanted: RuleIn, *, by: Member) -> Rule:
    """Write a new rule, which is off, or change one; it runs with the rights of who saved it."""
    by.require("automation.write")
    rule = queries.rule(rule_id, seen_by=by) if rule_id is not None else Rule()
    values = checked(wanted, by=by, rule_id=rule_id)
    for name, value in values.items():
        setattr(rule, name, value)
    rule.workspace_id = by.workspace_id
    rule.keeper = by
    if rule.active:
        # A changed rule begins anew: it does not act on waits that only now are long enough.
        rule.since, rule.waits_until = clock.now(), None
    rule.save()
    record(by.workspace_id, by, "rule.saved", f"rule:{rule.pk}", name=rule.name)
    forget_rules()
    return rule


def checked(wanted: RuleIn, *, by: Member, rule_id: int | None = None) -> dict[str, Any]:
    """The columns of a rule; Invalid names everything that is wrong with what was written."""
    wrong: dict[str, str] = {}
    found: dict[str, Any] = {}

    def look(read: Any) -> Any:
        try:
            return read()
        except Invalid as refusal:
            wrong.update(refusal.fields)
            return None

    same = Rule.objects.filter(workspace_id=by.workspace_id, name__iexact=wanted.name.strip())
    taken = same.exclude(pk=rule_id or 0).exists()
    found["name"] = look(lambda: checked_name(wanted.name, taken=taken))
    found["triggers"] = look(lambda: _triggers(wanted.triggers))
    found["wait_minutes"] = look(lambda: _wait(wanted))
    when = look(lambda: read_when(wanted.conditions))
    steps = look(lambda: checked_steps(wanted.steps, by=by))
    found["sends"] = look(lambda: _sends(wanted, steps or ()))
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return found | {"conditions": stored_when(when), "steps": stored_steps(steps)}


def _triggers(wanted: Sequence[str]) -> list[str]:
    known = [one.value for one in Trigger if one.value in wanted]
    if not known or len(known) < len(set(wanted)):
        sentence = f"Choose when the rule is to look: {', '.join(Trigger)}."
        if not wanted:
            sentence = "Choose at least one: when is the rule to look?"
        raise Invalid(sentence, fields={"triggers": sentence})
    return known


def _wait(wanted: RuleIn) -> int | None:
    if Trigger.WAITING not in wanted.triggers:
        return None
    if wanted.wait_minutes is None or not 1 <= wanted.wait_minutes <= LONGEST_WAIT_MIN:
        sentence = "Say how long the customer has to have waited, up to 60 days."
        raise Invalid(sentence, fields={"wait_minutes": sentence})
    return wanted.wait_minutes


def _sends(wanted: RuleIn, steps: Sequence[Step]) -> bool:
    if any(isinstance(step, Reply) for step in steps) and not wanted.sends:
        sentence = "This rule answers by itself. Say so here, or let it put a draft instead."
        raise Invalid(sentence, fields={"sends": sentence})
    return wanted.sends


@transaction.atomic
def switch_rule(rule_id: int, *, on: bool, by: Member) -> Rule:
    """Let a rule run from now on, or stop it."""
    by.require("automation.write")
    rule = queries.rule(rule_id, seen_by=by)
    if rule.active != on:
        rule.active = on
        rule.since, rule.waits_until = (clock.now() if on else None), None
        rule.save(update_fields=["active", "since", "waits_until"])
        verb = "rule.switched_on" if on else "rule.switched_off"
        record(by.workspace_id, by, verb, f"rule:{rule.pk}", name=rule.name)
    forget_rules()
    return rule


@transaction.atomic
def delete_rule(rule_id: int, *, by: Member) -> None:
    """Delete a rule with its log; what it did stays in the timelines."""
    by.require("automation.write")
    rule = queries.rule(rule_id, seen_by=by)
    record(by.workspace_id, by, "rule.deleted", f"rule:{rule.pk}", name=rule.name)
    Rule.objects.filter(pk=rule.pk).delete()
    forget_rules()
