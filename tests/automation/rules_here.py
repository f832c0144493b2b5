"""Rules as tests write them."""

from collections.abc import Mapping
from typing import Any

from cornbread.automation import actions
from cornbread.automation.actions import RuleIn
from cornbread.automation.models import Firing, Rule
from cornbread.care.models import Conversation
from cornbread.foundation.jobs import drain
from cornbread.team.models import Member


def when(*conditions: tuple[str, str, Any], match: str = "all") -> dict[str, Any]:
    """One group of conditions, each as field, operator and value."""
    asked = [{"field": field, "operator": op, "value": value} for field, op, value in conditions]
    return {"match": "all", "groups": [{"match": match, "conditions": asked}]}


def rule(
    by: Member,
    name: str,
    *steps: Mapping[str, Any],
    on: str = "message_in",
    conditions: Mapping[str, Any] | None = None,
    active: bool = True,
    **more: Any,
) -> Rule:
    """A rule that is switched on."""
    wanted = RuleIn(
        name=name,
        triggers=[on],
        conditions=conditions or {},
        steps=steps,
        **more,
    )
    made = actions.save_rule(None, wanted, by=by)
    return actions.switch_rule(made.pk, on=True, by=by) if active else made


def log(one: Rule) -> list[Firing]:
    """What the rule did, oldest first."""
    return list(Firing.objects.filter(rule=one).order_by("pk"))


def follow() -> int:
    """Let everything happen that follows, however long the chain."""
    return drain(queues=["reactions"])


def labels_of(one: Conversation) -> set[str]:
    """The labels that it wears."""
    return set(one.labels.values_list("name", flat=True))
