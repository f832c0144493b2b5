"""What people put into the pages of canned responses and signatures."""

from typing import Any, cast

from django import forms

from cornbread.channels.registry import networks
from cornbread.outbound.actions import Written
from cornbread.outbound.domain.canned import MOST_TEXT, MOST_TITLE
from cornbread.outbound.domain.signing_off import MOST
from cornbread.outbound.models import CannedResponse
from cornbread.team import queries as team
from cornbread.team.models import Member


def answering_kinds() -> list[tuple[str, str]]:
    """The kinds of network that take answers from here."""
    return [(one.kind, one.name) for one in networks() if one.capabilities.can_reply]


class CannedForm(forms.Form):
    """A canned response as it is written."""

    title = forms.CharField(
        label="Title",
        max_length=MOST_TITLE,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    shortcut = forms.CharField(
        label="Shortcut",
        max_length=41,
        help_text="Typed after a slash, such as /late-train.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    text = forms.CharField(
        label="Text",
        max_length=MOST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto", "spellcheck": "true"}),
    )
    lang = forms.CharField(
        label="Language",
        max_length=12,
        required=False,
        help_text="A code such as en or pt-br; empty for any.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    team = forms.TypedChoiceField(
        label="For the team", required=False, coerce=int, empty_value=None
    )
    shared = forms.BooleanField(
        label="Partners may use it too",
        required=False,
        help_text="Counts where it is for all teams; partners in a team always have its own.",
    )
    channel_kinds = forms.MultipleChoiceField(
        label="Fits these networks",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = [(one.pk, one.name) for one in team.teams(seen_by=by)]
        cast(forms.ChoiceField, self.fields["team"]).choices = [("", "All teams"), *teams]
        kinds = cast(forms.ChoiceField, self.fields["channel_kinds"])
        kinds.choices = answering_kinds()

    @staticmethod
    def initial_of(one: CannedResponse) -> dict[str, Any]:
        """What the form shows of a canned response."""
        names = ("title", "shortcut", "text", "lang", "shared", "channel_kinds")
        return {name: getattr(one, name) for name in names} | {"team": one.team_id or ""}

    def written(self) -> Written:
        """What the action takes."""
        given = dict(self.cleaned_data)
        return Written(team_id=given.pop("team"), **given)


class SignatureForm(forms.Form):
    """A signature, and whether it is put below replies."""

    text = forms.CharField(
        label="Signature",
        max_length=MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    on = forms.BooleanField(
        label="Put it below replies",
        required=False,
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
    )
