"""Named places in the pages of earlier rooms, where later rooms put something of their own.

A room whose page others may add to writes ``{% slots "conversation-tools" %}`` there. A later
room registers what it puts in, in its ``fragments.py``:
``fill("conversation-tools", "automation/_macro_button.html", permission="macro.run")``. The
fragment is drawn with the context of the page around it.
"""

from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest
from django.utils.module_loading import autodiscover_modules

from cornbread.foundation.navigation import member_of


@dataclass(frozen=True)
class Fragment:
    """What a room puts into a slot, and who sees it."""

    template: str
    permission: str | None = None
    order: int = 50


_filled: dict[str, dict[str, Fragment]] = {}


def fill(slot: str, template: str, *, permission: str | None = None, order: int = 50) -> None:
    """Put a template into a slot; the same template again replaces itself."""
    _filled.setdefault(slot, {})[template] = Fragment(template, permission, order)


def fragments(slot: str, request: HttpRequest) -> list[Fragment]:
    """What this visitor sees in the slot, in order."""
    _discover()
    member = member_of(request)
    found = [
        one
        for one in _filled.get(slot, {}).values()
        if one.permission is None or (member is not None and member.may(one.permission))
    ]
    return sorted(found, key=lambda one: (one.order, one.template))


@cache
def _discover() -> None:
    autodiscover_modules("fragments")
