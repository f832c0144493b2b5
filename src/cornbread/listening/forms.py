"""What people put into the pages of listening."""

from dataclasses import dataclass

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode

from cornbread.listening.models import Watch

#: The filter of the stream that shows what was kept for any reason.
EVERYTHING = "everything"
_LONGEST_NUMBER = 18


class WatchForm(forms.Form):
    """A watch as it is written; the query's length is judged with its words, by the parser."""

    name = forms.CharField(
        max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"})
    )
    query = forms.CharField(
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "spellcheck": "false",
                "autocapitalize": "off",
                "dir": "auto",
                "aria-describedby": "id_query_error",
            }
        ),
    )
    purpose = forms.ChoiceField(
        label="What it is for", choices=Watch.Purpose.choices, initial=Watch.Purpose.BRAND
    )
    topic = forms.CharField(
        required=False,
        max_length=120,
        help_text="Groups watches that belong together, such as “night trains”.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    to_inbox = forms.BooleanField(
        label="Opens conversations in the inbox",
        required=False,
        initial=True,
        help_text="Without this, posts are only shown in the stream.",
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
    )
    active = forms.BooleanField(
        label="Listening",
        required=False,
        initial=True,
        help_text="Switched off, it catches nothing new and keeps what it has.",
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
    )

    @classmethod
    def of(cls, watch: Watch) -> "WatchForm":
        """The form as it begins for a watch that exists."""
        return cls(initial={name: getattr(watch, name) for name in cls.base_fields})


@dataclass(frozen=True)
class StreamView:
    """Which part of the stream somebody looks at; what cannot be understood is left out."""

    watch_id: int | None = None
    everything: bool = False
    folded: bool = True
    place: tuple[int, int] | None = None
    since: int = 0

    @classmethod
    def read(cls, asked: QueryDict) -> "StreamView":
        """The view that an address asks for."""
        moment, _, id_ = asked.get("before", "").partition("_")
        place = (number(moment), number(id_))
        return cls(
            watch_id=number(asked.get("watch", "")),
            everything=asked.get("watch") == EVERYTHING,
            folded=asked.get("copies") != "all",
            place=(place[0], place[1]) if place[0] is not None and place[1] is not None else None,
            since=number(asked.get("since", "")) or 0,
        )

    def address(self, **more: str | int) -> str:
        """The query of an address that shows the same stream."""
        watch = EVERYTHING if self.everything else self.watch_id or ""
        copies = "" if self.folded else "all"
        asked: dict[str, str | int] = {"watch": watch, "copies": copies, **more}
        said = urlencode({name: value for name, value in asked.items() if value})
        return f"?{said}" if said else ""


def number(text: str) -> int | None:
    """A whole number as an address writes one."""
    fits = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
    return int(text) if fits else None


def search_of(asked: QueryDict) -> str:
    """The words somebody searches for, tidied."""
    return " ".join(asked.get("q", "").replace("\x00", " ").split())[:100]
