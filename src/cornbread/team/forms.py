"""What people put into the pages of the team."""

from collections.abc import Iterable, Iterator
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms

from cornbread.team.domain import explained
from cornbread.team.domain.durations import Unit, in_units
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member, Workspace

CHOOSE_WELL = "At least 10 characters. A short sentence is easier to remember than a code."


class PasswordBox(forms.PasswordInput):
    """A new password: never shown again, and offered to the browser's password manager."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "new-password", "minlength": 10})


class WelcomeForm(forms.Form):
    """First run: who owns this installation, and for which brand."""

    brand = forms.CharField(
        label="Brand",
        max_length=120,
        help_text="The name your customers know you by. More brands can follow.",
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
    )
    name = forms.CharField(
        label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(label="Password", help_text=CHOOSE_WELL, widget=PasswordBox())


class JoinForm(forms.Form):
    """A new colleague: the address is the invited one."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )
    password = forms.CharField(label="Password", help_text=CHOOSE_WELL, widget=PasswordBox())

    def values(self) -> dict[str, Any]:
        """Name and password, as the action takes them."""
        return {"name": self.cleaned_data["name"], "password": self.cleaned_data["password"]}


def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All time zones by region, as a browser draws groups of options."""
    groups: dict[str, list[tuple[str, str]]] = {"Universal": [("UTC", "UTC")]}
    for zone in sorted(available_timezones()):
        region, _, place = zone.partition("/")
        if place and region not in {"Etc", "SystemV"}:
            label = place.replace("_", " ").replace("/", ", ")
            groups.setdefault(region, []).append((zone, label))
    return list(groups.items())


class UnitField(forms.ChoiceField):
    """The unit of the number before it, which carries the visible label."""

    def __init__(self, *, label: str) -> None:
        super().__init__(label=label, choices=[(unit.value, unit.value) for unit in Unit])
        self.widget.attrs["aria-label"] = label


class WorkspaceForm(forms.Form):
    """The brand's name and clock, and what it counts as quick and slow."""

    name = forms.CharField(label="Brand", max_length=120, help_text="Shown to your team only.")
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=zone_choices,
        help_text="For exact times on pages; levels follow the customer’s clock.",
    )
    quick_number = forms.IntegerField(label="Quick", min_value=1, max_value=9999)
    quick_unit = UnitField(label="Unit of quick")
    slow_number = forms.IntegerField(label="Slow", min_value=1, max_value=9999)
    slow_unit = UnitField(label="Unit of slow")
    late_number = forms.IntegerField(label="Heard late", min_value=1, max_value=9999)
    late_unit = UnitField(label="Unit of heard late")
    expand_links = forms.BooleanField(
        label="Follow shortened links",
        required=False,
        help_text="Shorteners such as bit.ly are asked, once per link, where public posts lead. "
        "Switched off, nobody outside learns that a post was read.",
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
    )

    @staticmethod
    def initial_of(workspace: Workspace) -> dict[str, Any]:
        """What the form shows of a workspace."""
        quick, quick_unit = in_units(workspace.quick_s)
        slow, slow_unit = in_units(workspace.slow_s)
        late, late_unit = in_units(workspace.late_s)
        return {
            "name": workspace.name,
            "time_zone": workspace.time_zone,
            "quick_number": quick,
            "quick_unit": quick_unit.value,
            "slow_number": slow,
            "slow_unit": slow_unit.value,
            "late_number": late,
            "late_unit": late_unit.value,
            "expand_links": workspace.expand_links,
        }

    def values(self) -> dict[str, Any]:
        """What the action takes; thresholds in seconds."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "time_zone": given["time_zone"],
            "quick_s": given["quick_number"] * Unit(given["quick_unit"]).seconds,
            "slow_s": given["slow_number"] * Unit(given["slow_unit"]).seconds,
            "late_s": given["late_number"] * Unit(given["late_unit"]).seconds,
            "expand_links": given["expand_links"],
        }


class RoleForm(forms.Form):
    """Base of the forms that give somebody a role; only owners are offered to make owners."""

    role = forms.ChoiceField(label="Role", widget=forms.RadioSelect)

    def __init__(self, *args: Any, by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = [
            role
            for role in Role
            if role != Role.OWNER or by.may("owner.write") or self.initial.get("role") == role
        ]
        field = cast(forms.ChoiceField, self.fields["role"])
        field.choices = [(role.value, role.label) for role in self.roles]

    def role_options(self) -> Iterator[tuple[Any, str]]:
        """Each radio button with the sentence that explains the role."""
        return zip(self["role"], (explained.ROLES[role] for role in self.roles), strict=True)


class InviteForm(RoleForm):
    """Whom to invite, and as what."""

    field_order = ["email", "role"]
    email = forms.EmailField(
        label="E-mail",
        help_text="They sign in with this address. Cornbread sends no mail: you pass the link on.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class MemberForm(RoleForm):
    """A member's role and teams."""

    teams = forms.TypedMultipleChoiceField(
        label="Teams", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, teams: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["teams"]).choices = list(teams)


class TeamForm(forms.Form):
    """A new team."""

    name = forms.CharField(
        label="Name of the team",
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": "Night desk", "autocomplete": "off"}),
    )


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        label="Name",
        max_length=80,
        help_text="What uses it, so that you know later what breaks when it is revoked.",
        widget=forms.TextInput(attrs={"placeholder": "Data warehouse", "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(scope, scope) for scope in explained.SCOPES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one; a token without any can do nothing."},
    )
    days = forms.TypedChoiceField(
        label="Expires after",
        coerce=int,
        choices=[(7, "a week"), (30, "30 days"), (90, "90 days"), (365, "a year")],
        initial=90,
    )

    def scope_options(self) -> Iterator[tuple[Any, str]]:
        """Each box with the sentence that explains the scope."""
        return zip(self["scopes"], explained.SCOPES.values(), strict=True)
