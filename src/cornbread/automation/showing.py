"""The editor as templates draw it: each row with its choices and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cornbread.automation import queries
from cornbread.automation.domain.conditions import read_when
from cornbread.automation.domain.fields import FIELDS, OPERATORS, Field, Kind
from cornbread.automation.domain.judging import in_words
from cornbread.automation.domain.steps import ASKS, WORDS
from cornbread.automation.domain.steps import in_words as step_in_words
from cornbread.automation.domain.triggers import WORDS as TRIGGERS
from cornbread.automation.domain.triggers import Trigger
from cornbread.automation.forms import Written
from cornbread.automation.gathering import names_of
from cornbread.automation.models import Firing, Macro, Rule
from cornbread.automation.ready import steps_of
from cornbread.care import queries as care
from cornbread.care.domain.timeline import Priority
from cornbread.channels import queries as channels
from cornbread.team import queries as team
from cornbread.team.domain.durations import Unit
from cornbread.team.domain.durations import in_words as span_in_words
from cornbread.team.models import Member

Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class Row:
    """A condition or a step in the editor. ``shape`` says how its value is asked for."""

    id: str
    kind: str
    choices: Choices
    values: tuple[str, ...] = ()
    shape: str = ""
    operator: str = ""
    operators: Choices = field(default_factory=list)
    options: Choices = field(default_factory=list)
    help: str = ""
    mode: str = "public"
    errors: tuple[str, ...] = ()
    fresh: bool = False
    label: str = ""

    @property
    def value(self) -> str:
        """The only value."""
        return self.values[0] if self.values else ""


@dataclass(frozen=True)
class GroupRows:
    """A group in the editor."""

    number: int
    match: str
    rows: list[Row]


class Editor:
    """Everything the editor shows for what is written so far."""

    def __init__(self, written: Written, member: Member, errors: Mapping[str, str]) -> None:
        self.written = written
        self.errors = errors
        self._lists = _lists(member)
        self.groups = [
            GroupRows(at, str(group["match"]), self._conditions(at, group["conditions"]))
            for at, group in enumerate(written.groups)
        ]
        self.steps = [self._step(at, step) for at, step in enumerate(written.steps)]
        self.units = [(unit.value, unit.value) for unit in Unit]
        self.triggers = [
            (one.value, TRIGGERS[one], one.value in written.triggers) for one in Trigger
        ]
        self.answers = any(step.get("do") == "reply" for step in written.steps)
        self.waits = Trigger.WAITING in written.triggers
        self.when_errors = [errors[name] for name in ("triggers", "wait_minutes") if name in errors]

    def _conditions(self, group: int, conditions: list[dict[str, Any]]) -> list[Row]:
        return [self._condition(group, at, one) for at, one in enumerate(conditions)]

    def _condition(self, group: int, at: int, one: Mapping[str, Any]) -> Row:
        known = FIELDS.get(str(one.get("field"))) or next(iter(FIELDS.values()))
        path, id_ = f"groups.{group}.conditions.{at}", f"g{group}-c{at}"
        return Row(
            id=id_,
            kind=known.name,
            choices=[(one.name, one.label) for one in FIELDS.values()],
            operator=str(one.get("operator", "")),
            operators=list(OPERATORS[known.kind].items()),
            values=_texts(one.get("value")),
            shape=_shape(known),
            options=self._options(known),
            help=known.help,
            errors=_errors(self.errors, path),
            fresh=self.written.fresh == id_,
            label=known.label,
        )

    def _options(self, known: Field) -> Choices:
        if known.choices:
            return list(known.choices.items())
        if known.kind is Kind.LABELS:
            return self._lists["name"]
        if known.kind is Kind.FLAG:
            return [("true", "yes"), ("false", "no")]
        if known.refers_to:
            nobody = {"assignee": "Nobody", "team": "No team"}.get(known.name)
            listed = self._lists[known.refers_to]
            return [("0", nobody), *listed] if nobody else listed
        return []

    def _step(self, at: int, step: Mapping[str, Any]) -> Row:
        kind = str(step.get("do", ""))
        asked = ASKS.get(kind, "")
        nobody: dict[str, Choices] = {
            "member_id": [("", "Nobody: take it back")],
            "team_id": [("", "No team: take it back")],
            "endpoint_id": [("", "Choose a system")],
            "name": [("", "Choose a label")],
        }
        lists = {"member_id": "members", "team_id": "teams"}
        listed = self._lists.get(lists.get(asked, asked), [])
        return Row(
            id=f"s{at}",
            kind=kind,
            choices=list(WORDS.items()),
            values=_texts(step.get(asked)),
            shape={"text": "words", "hours": "number"}.get(asked, "one" if asked else ""),
            options=[*nobody.get(asked, []), *listed],
            mode=str(step.get("mode", "public")),
            errors=_errors(self.errors, f"steps.{at}"),
            fresh=self.written.fresh == f"s{at}",
            label=WORDS.get(kind, ""),
        )


def _lists(member: Member) -> dict[str, Choices]:
    """What there is to choose from in this workspace."""
    return {
        "members": [(str(one.pk), str(one)) for one in team.colleagues(seen_by=member)],
        "teams": [(str(one.pk), one.name) for one in team.teams(seen_by=member)],
        "channels": [(str(one.pk), one.name) for one in channels.channels(seen_by=member)],
        "name": [(one.name, one.name) for one in care.labels(seen_by=member)],
        "priority": [(one.value, one.value) for one in Priority],
        "endpoint_id": [
            (str(one.pk), one.name) for one in queries.endpoints(seen_by=member) if one.active
        ],
    }


def _shape(known: Field) -> str:
    if known.kind is Kind.FLAG:
        return "one"
    if known.choices or known.refers_to or known.kind is Kind.LABELS:
        return "several"
    return "number" if known.kind is Kind.NUMBER else "line"


def _texts(value: Any) -> tuple[str, ...]:
    several = value if isinstance(value, list | tuple) else [value]
    return tuple(_text(one) for one in several if one not in (None, ""))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _errors(errors: Mapping[str, str], path: str) -> tuple[str, ...]:
    below = f"{path}."
    return tuple(text for name, text in errors.items() if name == path or name.startswith(below))


@dataclass(frozen=True)
class RuleRow:
    """A rule in the list: when, if, then, in words."""

    rule: Rule
    when: str
    conditions: list[str]
    steps: list[str]


def rule_rows(*, seen_by: Member) -> list[RuleRow]:
    """All rules in words."""
    names = names_of(seen_by.workspace_id)
    found = []
    for rule in queries.rules(seen_by=seen_by):
        when = read_when(rule.conditions)
        joined = [
            f" {'and' if group.match == 'all' else 'or'} ".join(
                in_words(one, names) for one in group.conditions
            )
            for group in when.groups
        ]
        steps = [step_in_words(step, names) for step in steps_of(rule.steps)]
        found.append(RuleRow(rule, when_in_words(rule), joined, steps))
    return found


def when_in_words(rule: Rule) -> str:
    """On which occasions a rule looks."""
    words = [
        f"The customer has waited {span_in_words((rule.wait_minutes or 0) * 60)}"
        if trigger == Trigger.WAITING
        else TRIGGERS[Trigger(trigger)]
        for trigger in rule.triggers
    ]
    return "; ".join(words)


@dataclass(frozen=True)
class MacroRow:
    """A macro with its steps in words."""

    macro: Macro
    steps: list[str]


def macro_rows(*, seen_by: Member) -> list[MacroRow]:
    """All macros in words."""
    names = names_of(seen_by.workspace_id)
    return [
        MacroRow(one, [step_in_words(step, names) for step in steps_of(one.steps)])
        for one in queries.macros(seen_by=seen_by)
    ]


@dataclass(frozen=True)
class LogRow:
    """A line of the log."""

    firing: Firing
    occasion: str
    through: list[str]

    @property
    def tone(self) -> str:
        """The colour of what came of it."""
        return {"done": "success", "due": "info", "stopped": "danger"}.get(
            self.firing.state, "warning"
        )


def log_rows(firings: list[Firing], *, seen_by: Member) -> list[LogRow]:
    """The log in words, with the rules that led there."""
    called = {rule.pk: rule.name for rule in queries.rules(seen_by=seen_by)}
    return [
        LogRow(
            one,
            TRIGGERS[Trigger(one.trigger)],
            [called.get(id_, "a rule that is gone") for id_ in one.chain[:-1]],
        )
        for one in firings
    ]
