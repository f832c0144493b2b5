"""What people put into the inbox: where they look, what they write, what they record."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode

from cornbread.care.domain.timeline import EntryKind
from cornbread.care.queries import Filters
from cornbread.people.models import Identity, Memory

#: How each folder narrows the list: status, assignee, and whether it was heard late.
FOLDERS: dict[str, tuple[str, str, bool | None]] = {
    "open": ("open", "", False),
    "mine": ("open", "me", False),
    "team": ("open", "", False),
    "unassigned": ("open", "none", False),
    "pending": ("pending", "", None),
    "snoozed": ("snoozed", "", None),
    "late": ("open", "", True),
    "resolved": ("resolved", "", None),
    "all": ("all", "", None),
}


@dataclass(frozen=True)
class View:
    """Which part of the inbox somebody looks at, as its address says it.

    Addresses are typed and shared by people, so what cannot be understood is left out.
    """

    folder: str = "open"
    label: str = ""
    channel: int | None = None
    assignee: str = ""
    level: int | None = None
    search: str = ""
    place: tuple[int, int] | None = None
    before: int | None = None  # the last message found, for more of them

    @classmethod
    def read(cls, query: QueryDict) -> "View":
        """The view that an address asks for."""
        folder = query.get("folder", "open")
        assignee = query.get("assignee", "")
        known = assignee in ("me", "none") or assignee.isdecimal()
        return cls(
            folder=folder if folder in FOLDERS else "open",
            label=query.get("label", "")[:60],
            channel=_number(query.get("channel", "")),
            assignee=assignee[:18] if known else "",
            level=_number(query.get("level", "")),
            search=" ".join(query.get("q", "").replace("\x00", " ").split())[:100],
            place=_place(query.get("after", "")),
            before=_number(query.get("before", "")),
        )

    @property
    def filters(self) -> Filters:
        """The same for the query. Whoever searches looks into all folders."""
        status, assignee, late = FOLDERS["all" if self.search else self.folder]
        return Filters(
            status=status,
            assignee=assignee or self.assignee,
            label=self.label,
            channel=self.channel,
            level=self.level,
            about=self.search,
            late=late,
            my_teams=self.folder == "team" and not self.search,
        )

    @property
    def narrowed(self) -> bool:
        """Whether more than the folder narrows the list."""
        return replace(self, folder="open", place=None) != View()

    @property
    def query(self) -> str:
        """The address's query, without what is as usual."""
        asked = {
            "folder": "" if self.folder == "open" else self.folder,
            "label": self.label,
            "channel": self.channel,
            "assignee": self.assignee,
            "level": self.level,
            "q": self.search,
        }
        said = urlencode({name: value for name, value in asked.items() if value not in ("", None)})
        return f"?{said}" if said else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _place(text: str) -> tuple[int, int] | None:
    position, _, id_ = text.partition("_")
    digits = position.removeprefix("-")
    number, key = _number(id_), digits.isascii() and digits.isdecimal() and len(digits) < 20
    return (int(position), number) if key and number is not None else None


class ComposerForm(forms.Form):
    """What somebody is about to say, and what they had seen when they began."""

    text = forms.CharField(required=False, strip=False, max_length=50_000)
    mode = forms.ChoiceField(choices=[(mode, mode) for mode in ("public", "direct", "note")])
    basis = forms.IntegerField(min_value=0, max_value=2**62)
    key = forms.CharField(required=False, max_length=80)
    then = forms.ChoiceField(required=False, choices=[("", "stay"), ("resolve", "resolve")])


def new_key() -> str:
    """A key that makes sending the same composed reply twice send it once."""
    return secrets.token_urlsafe(18)


TOUCH_KINDS = (
    (EntryKind.CALL_COMPLETED, "We talked on the phone"),
    (EntryKind.VISIT_COMPLETED, "We visited them"),
    (EntryKind.DELIVERY_COMPLETED, "We delivered something"),
    (EntryKind.COUNTER_COMPLETED, "We met at the counter"),
    (EntryKind.CHANNEL_REACHED, "We reached out on another channel"),
)


class TouchForm(forms.Form):
    """Contact outside the text channels."""

    kind = forms.ChoiceField(
        label="What happened",
        choices=[(kind.value, words) for kind, words in TOUCH_KINDS],
        widget=forms.Select(attrs={"autofocus": True}),
    )
    identity_id = forms.TypedChoiceField(
        label="Where we reached them", required=False, coerce=int, empty_value=None
    )
    text = forms.CharField(
        label="In a few words",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "What was said, and agreed?"}),
    )

    def __init__(self, data: QueryDict | None = None, *, identities: list[Identity]) -> None:
        super().__init__(data, prefix="touch")
        known = [(one.pk, f"{one.handle} ({one.kind})") for one in identities]
        field = self.fields["identity_id"]
        field.choices = [("", "Only for another channel"), *known]  # type: ignore[attr-defined]


class MemoryForm(forms.Form):
    """One thing worth remembering."""

    text = forms.CharField(
        label="What to remember",
        max_length=500,
        widget=forms.Textarea(
            attrs={"rows": 3, "autofocus": True, "placeholder": "Loves the cornbread at breakfast"}
        ),
    )
    months = forms.TypedChoiceField(
        label="For how long",
        coerce=int,
        initial=24,
        choices=[(6, "Half a year"), (12, "A year"), (24, "Two years"), (0, "Until forgotten")],
    )

    def expires_at(self, now: datetime) -> datetime | None:
        """When the memory ends."""
        months = int(self.cleaned_data["months"] or 0)
        return now + timedelta(days=365 * months / 12) if months else None


class GestureForm(forms.Form):
    """How a memory was used."""

    text = forms.CharField(
        label="The gesture",
        max_length=2000,
        widget=forms.Textarea(
            attrs={"rows": 3, "autofocus": True, "placeholder": "A basket of it in her room"}
        ),
    )

    def __init__(self, data: QueryDict | None = None, *, memory: Memory) -> None:
        super().__init__(data, prefix=f"gesture-{memory.pk}")
        self.memory = memory


class SnoozeForm(forms.Form):
    """A moment of one's own, in the workspace's time."""

    until = forms.DateTimeField(
        label="Until",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "autofocus": True}),
    )


def snooze_choices(now: datetime, zone: ZoneInfo) -> list[tuple[str, str, datetime]]:
    """The usual moments to come back at: key, words, moment; each lies in the future."""
    local = now.astimezone(zone)
    morning = local.replace(hour=9, minute=0, second=0, microsecond=0)
    monday = morning + timedelta(days=7 - local.weekday())
    return [
        ("later", "Later today", now + timedelta(hours=3)),
        ("tomorrow", "Tomorrow, 9:00", morning + timedelta(days=1)),
        ("week", "Next Monday, 9:00", monday),
    ]
