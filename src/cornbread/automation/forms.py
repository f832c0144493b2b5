"""The editor's input: rows of conditions and steps as the browser sends them, and what its buttons
do to them. What is written is judged by the actions, so that the API and the page say the same.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from cornbread.automation.actions import RuleIn
from cornbread.automation.domain.fields import FIELDS, OPERATORS
from cornbread.automation.domain.steps import ASKS, WORDS
from cornbread.automation.models import Macro, Rule
from cornbread.team.domain.durations import Unit, in_units

_MOST_ROWS = 40
_LONGEST_NUMBER = 6


@dataclass
class Written:
    """A rule or a macro as it stands in the editor, right or wrong.

    ``fresh`` is the path of a row that was just added: its first field gets the focus.
    """

    name: str = ""
    triggers: list[str] = field(default_factory=list)
    wait_number: str = "2"
    wait_unit: str = Unit.HOURS.value
    match: str = "all"
    groups: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    sends: bool = False
    fresh: str = ""

    @classmethod
    def of(cls, rule: Rule) -> "Written":
        """A saved rule."""
        number, unit = in_units((rule.wait_minutes or 120) * 60)
        return cls(
            name=rule.name,
            triggers=rule.triggers,
            wait_number=str(number),
            wait_unit=unit.value,
            match=rule.conditions.get("match", "all"),
            groups=rule.conditions.get("groups", []) or [_group()],
            steps=rule.steps,
            sends=rule.sends,
        )

    @classmethod
    def of_macro(cls, macro: Macro) -> "Written":
        """A saved macro."""
        return cls(name=macro.name, steps=macro.steps)

    @classmethod
    def new(cls) -> "Written":
        """What the editor begins with."""
        return cls(triggers=["message_in"], groups=[_group()], steps=[{"do": "add_label"}])

    @classmethod
    def read(cls, sent: QueryDict) -> "Written":
        """What a browser sent."""
        return cls(
            name=sent.get("name", ""),
            triggers=sent.getlist("triggers"),
            wait_number=sent.get("wait_number", cls.wait_number),
            wait_unit=sent.get("wait_unit", Unit.HOURS.value),
            match=sent.get("match", "all"),
            groups=[_read_group(sent, number) for number in _numbers(sent, r"g(\d+)-match")],
            steps=[_read_step(sent, number) for number in _numbers(sent, r"s(\d+)-do")],
            sends=sent.get("sends") == "yes",
        )

    @property
    def conditions(self) -> dict[str, Any]:
        """The conditions as actions take them; rows nobody has begun are left out."""
        return {"match": self.match, "groups": self.groups}

    @property
    def wait_minutes(self) -> int | None:
        """The wait in minutes; None where it is no number."""
        fits = self.wait_number.isascii() and self.wait_number.isdecimal()
        if not fits or len(self.wait_number) > _LONGEST_NUMBER or self.wait_unit not in list(Unit):
            return None
        return int(self.wait_number) * Unit(self.wait_unit).seconds // 60

    def rule(self) -> RuleIn:
        """The rule as the action takes it."""
        return RuleIn(
            name=self.name,
            triggers=self.triggers,
            wait_minutes=self.wait_minutes,
            conditions=self.conditions,
            steps=self.steps,
            sends=self.sends,
        )

    def press(self, button: str) -> bool:
        """Do what a button of the editor says: ``add-condition:0``; false if it is none of them."""
        verb, _, place = button.partition(":")
        change = _BUTTONS.get(verb)
        at = [int(one) for one in place.split(":") if one.isdecimal()]
        if change is None:
            return False
        try:
            self.fresh = change(self, *at) or ""
        except (IndexError, TypeError):
            return True  # the row is gone already
        return True


def _group() -> dict[str, Any]:
    return {"match": "all", "conditions": []}


def _numbers(sent: QueryDict, pattern: str) -> list[int]:
    found = {int(fits[1]) for name in sent if (fits := re.fullmatch(pattern, name)) is not None}
    return sorted(found)[:_MOST_ROWS]


def _read_group(sent: QueryDict, number: int) -> dict[str, Any]:
    rows = _numbers(sent, rf"g{number}-c(\d+)-field")
    return {
        "match": sent.get(f"g{number}-match", "all"),
        "conditions": [_read_condition(sent, f"g{number}-c{row}") for row in rows],
    }


def _read_condition(sent: QueryDict, row: str) -> dict[str, Any]:
    name = sent.get(f"{row}-field", "")
    known = FIELDS.get(name)
    operator = sent.get(f"{row}-operator", "")
    if known is None:
        return {"field": name, "operator": "", "value": ""}
    if sent.get(f"{row}-was") != name:
        # Another field was chosen: what stood there belonged to the one before.
        return {"field": name, "operator": next(iter(OPERATORS[known.kind])), "value": ""}
    several = known.choices or known.refers_to or known.kind == "labels"
    value = sent.getlist(f"{row}-value") if several else sent.get(f"{row}-value", "")
    return {"field": name, "operator": operator, "value": value}


def _read_step(sent: QueryDict, number: int) -> dict[str, Any]:
    kind = sent.get(f"s{number}-do", "")
    step: dict[str, Any] = {"do": kind}
    asked = ASKS.get(kind)
    if asked is not None and sent.get(f"s{number}-was") == kind:
        step[asked] = sent.get(f"s{number}-value", "")
    if kind == "reply":
        step["mode"] = sent.get(f"s{number}-mode", "public")
    return step


def _add_group(written: Written) -> str:
    first = next(iter(FIELDS))
    written.groups.append({**_group(), "conditions": [_blank(first)]})
    return f"g{len(written.groups) - 1}-c0"


def _blank(name: str) -> dict[str, Any]:
    return {"field": name, "operator": next(iter(OPERATORS[FIELDS[name].kind])), "value": ""}


def _add_condition(written: Written, group: int) -> str:
    rows = written.groups[group]["conditions"]
    rows.append(_blank(next(iter(FIELDS))))
    return f"g{group}-c{len(rows) - 1}"


def _remove_condition(written: Written, group: int, row: int) -> None:
    del written.groups[group]["conditions"][row]
    if not written.groups[group]["conditions"] and len(written.groups) > 1:
        del written.groups[group]


def _add_step(written: Written) -> str:
    written.steps.append({"do": next(iter(WORDS))})
    return f"s{len(written.steps) - 1}"


def _remove_step(written: Written, row: int) -> None:
    del written.steps[row]


def _raise_step(written: Written, row: int) -> str:
    if row > 0:
        written.steps.insert(row - 1, written.steps.pop(row))
    return f"s{max(row - 1, 0)}"


_BUTTONS: Mapping[str, Callable[..., str | None]] = {
    "add-group": _add_group,
    "add-condition": _add_condition,
    "remove-condition": _remove_condition,
    "add-step": _add_step,
    "remove-step": _remove_step,
    "raise-step": _raise_step,
    "show": lambda written: None,
}


class EndpointForm(forms.Form):
    """A system to tell."""

    name = forms.CharField(max_length=80, help_text="Such as “The till” or “Our wiki”.")
    url = forms.CharField(
        label="Address",
        max_length=1000,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        help_text="It is sent signed messages (Standard Webhooks). Only https, and never an "
        "address inside your own network.",
    )
