"""Rules, dry runs and the log in the API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema

from cornbread.automation.domain.fields import FIELDS
from cornbread.automation.domain.steps import WORDS as STEPS
from cornbread.automation.domain.triggers import Trigger
from cornbread.automation.models import Firing, Rule
from cornbread.automation.trying import Trial, Tried
from cornbread.team.schemas import Id

_FIELDS = f"One of {', '.join(FIELDS)}."
_STEPS = f"One of {', '.join(STEPS)}."


_Text = Annotated[str, Field(max_length=2000)]
_Number = Annotated[float, Field(ge=-1e12, le=1e12)]


class ConditionIn(Schema):
    """A question about one field. The operators depend on the kind of the field."""

    field: str = Field(max_length=40, description=_FIELDS, examples=["text"])
    operator: str = Field(max_length=20, examples=["contains"])
    value: _Text | bool | _Number | Annotated[list[_Text | Id], Field(max_length=200)] = Field(
        examples=["refund"]
    )


class GroupIn(Schema):
    """Questions that belong together."""

    match: Literal["all", "any"] = "all"
    conditions: list[ConditionIn] = Field(default_factory=list, max_length=20)


class ConditionsIn(Schema):
    """Everything a rule asks; without groups it always holds."""

    match: Literal["all", "any"] = "all"
    groups: list[GroupIn] = Field(default_factory=list, max_length=10)


class StepIn(Schema):
    """One thing to do, with the value that it needs."""

    do: str = Field(max_length=20, description=_STEPS, examples=["add_label"])
    member_id: Id | None = Field(None, description="assign; null takes it from whoever has it")
    team_id: Id | None = Field(None, description="hand_to_team; null takes it back")
    endpoint_id: Id | None = Field(None, description="webhook")
    name: str = Field("", max_length=60, description="add_label, remove_label")
    text: str = Field("", max_length=10_000, description="note, draft, reply")
    priority: Literal["low", "normal", "high", "urgent"] | None = Field(
        None, description="set_priority"
    )
    mode: Literal["public", "direct"] = Field("public", description="reply")
    hours: float | None = Field(None, gt=0, le=24 * 3660, description="snooze")


class RuleBody(Schema):
    """A rule as it is written. It runs with the rights of whoever saves it."""

    name: str = Field(max_length=80)
    triggers: list[Trigger] = Field(max_length=20)
    wait_minutes: int | None = Field(None, ge=1, le=86_400, description="for `waiting`")
    conditions: ConditionsIn = ConditionsIn()
    steps: list[StepIn] = Field(max_length=12)
    sends: bool = Field(False, description="whether it may answer customers by itself")


class SwitchIn(Schema):
    """On or off."""

    active: bool


class RuleOut(Schema):
    """A rule; ``fired`` and ``troubles`` count the last seven days."""

    id: int
    name: str
    active: bool
    triggers: list[str]
    wait_minutes: int | None
    conditions: dict[str, Any]
    steps: list[dict[str, Any]]
    sends: bool
    keeper_id: int | None
    fired: int
    troubles: int
    last_fired: datetime | None

    @staticmethod
    def of(rule: Rule) -> "RuleOut":
        """A rule as queries read one."""
        return RuleOut(
            id=rule.pk,
            name=rule.name,
            active=rule.active,
            triggers=rule.triggers,
            wait_minutes=rule.wait_minutes,
            conditions=rule.conditions,
            steps=rule.steps,
            sends=rule.sends,
            keeper_id=rule.keeper_id,
            fired=getattr(rule, "fired", 0),
            troubles=getattr(rule, "troubles", 0),
            last_fired=getattr(rule, "last_fired", None),
        )


class TryIn(Schema):
    """A rule to try out; its steps do not matter."""

    triggers: list[Trigger] = Field(max_length=20)
    wait_minutes: int | None = Field(None, ge=1, le=86_400)
    conditions: ConditionsIn = ConditionsIn()


class TriedOut(Schema):
    """A conversation, and why the rule would have fired on it or not."""

    conversation_id: int
    person: str
    holds: bool
    why: dict[str, Any]

    @staticmethod
    def of(one: Tried) -> "TriedOut":
        """One conversation of a dry run."""
        return TriedOut(
            conversation_id=one.conversation.pk,
            person=str(one.conversation.person),
            holds=one.verdict.holds,
            why=one.why,
        )


class TrialOut(Schema):
    """A dry run on the last seven days. ``cut``: only the newest conversations were looked at."""

    looked_at: int
    fires: int
    firing: list[TriedOut]
    passing: list[TriedOut]
    reasons: dict[str, int]
    cut: bool

    @staticmethod
    def of(trial: Trial) -> "TrialOut":
        """A dry run as the API shows one."""
        return TrialOut(
            looked_at=trial.looked_at,
            fires=trial.fires,
            firing=[TriedOut.of(one) for one in trial.firing],
            passing=[TriedOut.of(one) for one in trial.passing],
            reasons=dict(trial.reasons),
            cut=trial.cut,
        )


class DoneOut(Schema):
    """What became of a step."""

    words: str
    ok: bool
    trouble: str = ""


class FiringOut(Schema):
    """That a rule held on one occasion, why, and what came of it."""

    id: int
    rule_id: int
    rule: str
    conversation_id: int
    trigger: str
    state: str
    at: datetime
    why: dict[str, Any]
    done: list[DoneOut]
    chain: list[int]

    @staticmethod
    def of(one: Firing) -> "FiringOut":
        """A line of the log."""
        return FiringOut(
            id=one.pk,
            rule_id=one.rule_id,
            rule=one.rule.name,
            conversation_id=one.conversation_id,
            trigger=one.trigger,
            state=one.state,
            at=one.at,
            why=one.why,
            done=[DoneOut(**step) for step in one.done],
            chain=one.chain,
        )


class FiringsPage(Schema):
    """A page of the log, newest first."""

    items: list[FiringOut]
    next: str | None
