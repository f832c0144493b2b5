"""What people put into the pages of promises."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms

from cornbread.care.actions import Terms
from cornbread.care.calendar_forms import choose
from cornbread.care.domain.promises import Goal, Target
from cornbread.care.domain.timeline import Priority
from cornbread.care.models import SlaPolicy
from cornbread.foundation.errors import Invalid
from cornbread.team.domain.durations import Unit, in_units


class _UnitField(forms.ChoiceField):
    def __init__(self, label: str) -> None:
        super().__init__(choices=[(unit.value, unit.value) for unit in Unit], required=False)
        self.widget.attrs["aria-label"] = f"{label}: unit"


class _HoursField(forms.ChoiceField):
    def __init__(self, label: str) -> None:
        choices = [("all", "around the clock"), ("business", "of opening hours")]
        super().__init__(choices=choices, required=False)
        self.widget.attrs["aria-label"] = f"{label}: whose hours count"


@dataclass(frozen=True)
class GoalRow:
    """One of the three times in the form."""

    label: str
    help: str
    number: forms.BoundField
    unit: forms.BoundField
    hours: forms.BoundField


GOALS = {
    Target.FIRST_RESPONSE: ("First answer", "From the customer’s first message on."),
    Target.NEXT_RESPONSE: ("Next answer", "From each message since that nobody answered."),
    Target.RESOLUTION: ("Resolution", "Until it is resolved. Waiting for the customer is free."),
}


_PARTS = ("number", "unit", "hours")


class PolicyForm(forms.Form):
    """What is promised, and to whom."""

    name = forms.CharField(
        label="Name",
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": "Everybody", "autocomplete": "off"}),
    )
    calendar = forms.TypedChoiceField(
        label="Opening hours", required=False, coerce=int, empty_value=None
    )
    warn_percent = forms.TypedChoiceField(
        label="Warn us",
        coerce=int,
        initial=75,
        choices=[
            (50, "when half of the time is used up"),
            (75, "when three quarters are used up"),
            (90, "when nine tenths are used up"),
            (100, "only when it is due"),
        ],
    )
    channels = forms.TypedMultipleChoiceField(
        label="On these channels",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    labels = forms.TypedMultipleChoiceField(
        label="With one of these labels",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    priorities = forms.MultipleChoiceField(
        label="Of this priority",
        required=False,
        choices=[(one.value, one.value.capitalize()) for one in Priority],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        calendars: Iterable[tuple[int, str]],
        channels: Iterable[tuple[int, str]],
        labels: Iterable[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for target, (label, _) in GOALS.items():
            self.fields[f"{target}_number"] = forms.IntegerField(
                label=label, required=False, min_value=1, max_value=9999
            )
            self.fields[f"{target}_unit"] = _UnitField(label)
            self.fields[f"{target}_hours"] = _HoursField(label)
        choose(self, "calendar", [("", "Always open"), *calendars])
        choose(self, "channels", channels)
        choose(self, "labels", labels)
        percent = self.initial.get("warn_percent", 75)
        field = cast(forms.ChoiceField, self.fields["warn_percent"])
        if percent not in dict(cast(Any, field.choices)):
            choose(self, "warn_percent", [*cast(Any, field.choices), (percent, f"at {percent} %")])

    @staticmethod
    def initial_of(one: SlaPolicy) -> dict[str, Any]:
        """What the form shows of a policy."""
        shown: dict[str, Any] = {
            "name": one.name,
            "calendar": one.calendar_id,
            "warn_percent": one.warn_percent,
            "channels": [channel.pk for channel in one.channels.all()],
            "labels": [label.pk for label in one.labels.all()],
            "priorities": one.priorities,
        }
        for target in Target:
            seconds = getattr(one, f"{target}_s")
            if seconds is not None:
                number, unit = in_units(seconds)
                business = getattr(one, f"{target}_business")
                shown |= {
                    f"{target}_number": number,
                    f"{target}_unit": unit.value,
                    f"{target}_hours": "business" if business else "all",
                }
        return shown

    def goal_rows(self) -> list[GoalRow]:
        """The three times as the page shows them."""
        return [
            GoalRow(
                label, help, *(self[f"{target}_{part}"] for part in ("number", "unit", "hours"))
            )
            for target, (label, help) in GOALS.items()
        ]

    def terms(self) -> Terms:
        """What the action takes."""
        given = self.cleaned_data
        goals = {
            target: Goal(
                given[f"{target}_number"] * Unit(given[f"{target}_unit"] or Unit.HOURS).seconds,
                business=given[f"{target}_hours"] == "business",
            )
            for target in Target
            if given[f"{target}_number"]
        }
        return Terms(
            name=given["name"],
            goals=goals,
            calendar_id=given["calendar"],
            warn_percent=given["warn_percent"],
            channel_ids=given["channels"],
            label_ids=given["labels"],
            priorities=given["priorities"],
        )

    def blame(self, refusal: Invalid) -> None:
        """Put what was refused beside what it is about."""
        for name, text in refusal.fields.items():
            field = f"{name.removesuffix('_s')}_number" if name.endswith("_s") else name
            self.add_error(field if field in self.fields else None, text)
        if not refusal.fields:
            self.add_error(None, refusal.message)
