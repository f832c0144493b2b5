"""What people put into the pages of people."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

#: Where an account, address or number may be, that the brand links by hand.
KINDS = (
    ("email", "E-mail address"),
    ("phone", "Phone number"),
    ("mastodon", "Mastodon account"),
    ("bluesky", "Bluesky account"),
    ("web", "Another place"),
)
_PHONE = re.compile(r"\+?[\d\s()./-]{5,40}")
_MASTODON = re.compile(r"@?[\w.-]+@[\w.-]+\.\w+")


class NameForm(forms.Form):
    """The name a person goes by."""

    name = forms.CharField(
        max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"})
    )


class LinkForm(forms.Form):
    """An account, address or number that is theirs."""

    kind = forms.ChoiceField(label="Where", choices=KINDS)
    handle = forms.CharField(
        label="Account, address or number",
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )

    def clean(self) -> dict[str, Any]:
        """Addresses and numbers of the shape that their place has."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        handle = cleaned.get("handle", "")
        if handle and (problem := _misshapen(cleaned.get("kind", ""), handle)):
            self.add_error("handle", problem)
        return cleaned


def _misshapen(kind: str, handle: str) -> str:
    if kind == "email":
        try:
            validate_email(handle)
        except ValidationError:
            return "That is not an e-mail address."
    if kind == "phone" and not _PHONE.fullmatch(handle):
        return "A phone number has digits, and may begin with + and the country."
    if kind == "mastodon" and not _MASTODON.fullmatch(handle):
        return "Write the whole account, as in @maya@example.social."
    return ""


class MemoryForm(forms.Form):
    """One thing worth remembering: what, where learned, when, and for how long."""

    text = forms.CharField(
        label="What to remember",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text="A fact or a preference, such as “loves the cornbread at breakfast”.",
    )
    learned_from = forms.CharField(
        label="Where it was learned",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        help_text="They should not be surprised that you know: “told the front desk”.",
    )
    learned_at = forms.DateField(
        label="When it was learned",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty means today.",
    )
    months = forms.TypedChoiceField(
        label="Keep it for",
        coerce=int,
        initial=24,
        choices=[(6, "Half a year"), (12, "A year"), (24, "Two years"), (0, "Until forgotten")],
    )

    def values(self, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
        """What was put in, as the action takes it. Days are those of the workspace."""
        months = int(self.cleaned_data["months"])
        return {
            "text": self.cleaned_data["text"],
            "learned_from": self.cleaned_data["learned_from"],
            "learned_at": _moment(self.cleaned_data["learned_at"], now, zone),
            "expires_at": now + timedelta(days=365 * months / 12) if months else None,
        }


def _moment(day: date | None, now: datetime, zone: ZoneInfo) -> datetime:
    """Noon of a day; now, when it is today."""
    if day is None or day == now.astimezone(zone).date():
        return now
    return datetime.combine(day, time(12), zone)
