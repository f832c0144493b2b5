"""All networks, by kind. Adding one is adding its module path here."""

from functools import cache
from importlib import import_module
from typing import cast

from cornbread.channels.contract import Network
from cornbread.foundation.errors import Invalid

KINDS = ("mastodon", "feed", "webhook", "file", "sandbox")


@cache
def network(kind: str) -> Network:
    """The network of this kind; raises Invalid for a kind nobody knows."""
    if kind not in KINDS:
        raise Invalid(f"There is no network called {kind}. Known: {', '.join(KINDS)}.")
    module = import_module(f"cornbread.channels.networks.{kind}")
    return cast(Network, module.network)


def networks() -> tuple[Network, ...]:
    """All networks, in the order in which they are offered."""
    return tuple(network(kind) for kind in KINDS)


def command_of(place: Network) -> str:
    """The command that brings in posts of a network nobody can listen to; empty for all others."""
    return str(getattr(place, "command", ""))
