"""What people put into the pages of opening hours."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import QueryDict

from cornbread.care.domain.hours import DAYS
from cornbread.care.domain.ical import MOST_CHARACTERS
from cornbread.care.domain.public_holidays import countries, subdivisions
from cornbread.care.models import Calendar
from cornbread.foundation.errors import Invalid
from cornbread.team.forms import zone_choices

#: What most teams begin with.
USUAL = {str(day): [["09:00", "17:00"]] for day in range(5)}
_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})[\s,;]*(.*)")


@dataclass(frozen=True)
class Day:
    """One weekday in the form: its blocks as they were typed, and what is wrong with them."""

    number: int
    blocks: Sequence[Sequence[str]]
    error: str = ""

    @property
    def name(self) -> str:
        """Monday to Sunday."""
        return DAYS[self.number]


class PlaceForm(forms.Form):
    """Whose public holidays are kept."""

    country = forms.ChoiceField(label="Public holidays of", required=False)
    subdivision = forms.ChoiceField(label="In", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self["country"].value() or ""
        parts = subdivisions(country)
        choose(self, "country", {"": "No country", **countries()})
        choose(self, "subdivision", {"": "The whole country", **parts})
        if not parts:
            self.fields["subdivision"].widget = forms.HiddenInput()
        # A part of the country that was chosen before means nothing in another one.
        if self.is_bound and self["subdivision"].value() not in parts:
            self.data = _without(self.data, "subdivision")


class CalendarForm(PlaceForm):
    """When a team is open. The hours of the week come as pairs of times for each day."""

    field_order = ["name", "zone", "country", "subdivision", "days"]
    name = forms.CharField(
        label="Name",
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": "Support desk", "autocomplete": "off"}),
    )
    zone = forms.ChoiceField(
        label="Time zone",
        choices=zone_choices,
        help_text="The hours below are those of its clocks.",
    )
    days = forms.CharField(
        label="Days off of your own",
        required=False,
        help_text="One a line: the date and its name, such as 2026-12-24 Christmas Eve.",
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "2026-12-24 Christmas Eve"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trouble: dict[str, str] = {}

    @staticmethod
    def initial_of(one: Calendar) -> dict[str, Any]:
        """What the form shows of a calendar."""
        return {
            "name": one.name,
            "zone": one.zone,
            "weekly": one.weekly,
            "country": one.country,
            "subdivision": one.subdivision,
            "days": "\n".join(f"{day} {name}" for day, name in one.days.items()),
        }

    def clean_days(self) -> dict[str, str]:
        """The days by date, with their names."""
        found = {}
        for line in self.cleaned_data["days"].splitlines():
            if not line.strip():
                continue
            match = _LINE.fullmatch(line.strip())
            if match is None:
                raise forms.ValidationError(f"Begin each line with a date: “{line.strip()[:40]}”.")
            found[match[1]] = match[2]
        return found

    def week(self) -> dict[int | str, list[list[str]]]:
        """The blocks that were typed; pairs that were left empty are left out."""
        if not self.is_bound:
            weekly: Mapping[str, Sequence[Sequence[str]]] = self.initial.get("weekly", USUAL)
            return {day: [list(block) for block in blocks] for day, blocks in weekly.items()}
        data = cast(QueryDict, self.data)
        found: dict[int | str, list[list[str]]] = {}
        for day in range(7):
            pairs = zip(data.getlist(f"from_{day}"), data.getlist(f"to_{day}"), strict=False)
            blocks = [[first[:5], last[:5]] for first, last in pairs if first or last]
            if blocks:
                found[str(day)] = blocks
        return found

    def rows(self) -> list[Day]:
        """The week as the page shows it."""
        week = self.week()
        return [
            Day(number, week.get(str(number), []), self.trouble.get(f"day_{number}", ""))
            for number in range(7)
        ]

    def blame(self, refusal: Invalid) -> None:
        """Put what was refused beside what it is about."""
        self.trouble = dict(refusal.fields)
        known = {name: text for name, text in refusal.fields.items() if name in self.fields}
        for name, text in known.items():
            self.add_error(name, text)
        if not known:
            self.add_error(None, refusal.message)

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        given = self.cleaned_data
        names = ("name", "zone", "country", "subdivision", "days")
        return {name: given[name] for name in names} | {"weekly": self.week()}


class ImportForm(forms.Form):
    """A calendar file, uploaded or pasted."""

    file = forms.FileField(label="Calendar file (.ics)", required=False)
    text = forms.CharField(
        label="Or its text",
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "BEGIN:VCALENDAR"}),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two, as text."""
        given = super().clean() or {}
        upload = given.get("file")
        if upload is not None:
            if upload.size > MOST_CHARACTERS:
                raise forms.ValidationError({"file": "This file is too large."})
            given["text"] = upload.read().decode("utf-8", "replace")
        elif not given.get("text"):
            raise forms.ValidationError({"file": "Choose a file, or paste its text below."})
        return given


def choose(form: forms.Form, name: str, choices: Any) -> None:
    """Give a field its choices, as pairs or by value."""
    field = cast(forms.ChoiceField, form.fields[name])
    field.choices = list(choices.items() if isinstance(choices, Mapping) else choices)


def _without(data: Any, name: str) -> QueryDict:
    found = cast(QueryDict, data).copy()
    found.pop(name, None)
    return found
