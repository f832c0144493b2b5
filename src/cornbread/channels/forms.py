"""The form that connects a channel: made from what its network asks for."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings

from cornbread.channels.contract import Field, Network
from cornbread.channels.models import Channel

LOCAL_HELP = "It may talk to this machine and its private network. For tests and servers next door."


class LocalForm(forms.Form):
    """Base: offers to mark a channel as local, where the operator allows that."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.LOCAL_CHANNELS:
            self.fields["local"] = forms.BooleanField(
                label="This server is on our own machine or network",
                required=False,
                help_text=LOCAL_HELP,
            )

    def is_local(self) -> bool:
        """Whether the channel shall be marked as local."""
        return bool(self.cleaned_data.get("local"))


class ConnectForm(LocalForm):
    """Everything that a network asks for. Secrets are typed blind and never shown again."""

    def __init__(self, *args: Any, network: Network, renews: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {field.name: _input(field) for field in network.fields}
        if renews:
            # A channel stays as local as it was connected.
            self.fields.pop("local", None)
        self.fields = {**asked, **self.fields}
        self._names = tuple(asked)

    def values(self) -> Mapping[str, str]:
        """What the network's ``connect`` takes."""
        return {name: self.cleaned_data[name] for name in self._names}


class InstanceForm(LocalForm):
    """Where to send somebody who connects by signing in over there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # It stands on one page with the form for a token, which has the same fields.
        super().__init__(*args, auto_id="instance_%s", **kwargs)

    address = forms.CharField(
        label="Instance",
        max_length=500,
        help_text="The address of the instance, or of the account on it.",
        widget=forms.TextInput(attrs={"placeholder": "mastodon.social", "autocomplete": "off"}),
    )


def known_values(channel: Channel) -> dict[str, Any]:
    """What a form that renews a channel can fill in; never a secret."""
    known = {"address": channel.address, "handle": channel.handle, "name": channel.name}
    return {**channel.settings, **known}


def _input(field: Field) -> forms.CharField:
    attrs = {"placeholder": field.placeholder, "autocomplete": "off", "spellcheck": "false"}
    if field.secret:
        attrs["autocomplete"] = "new-password"
    box = forms.PasswordInput if field.secret else forms.TextInput
    return forms.CharField(
        label=field.label,
        help_text=field.help,
        required=field.required,
        max_length=2000,
        widget=box(attrs=attrs),
    )
