"""The rule for addresses: every view says who may open it. A function over lists of patterns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.urls import URLPattern, URLResolver

from cornbread.team.access import Access

#: Modules of libraries whose views look after themselves.
LIBRARIES = {
    "allauth": "sign-in, second step and password pages of django-allauth",
    "ninja": "operations of the API, which test_operations.py walks",
}


@dataclass(frozen=True)
class Address:
    """One address of the product."""

    route: str
    parameters: tuple[str, ...]
    view: Any

    @property
    def module(self) -> str:
        view = self.view.func if isinstance(self.view, partial) else self.view
        return str(getattr(view, "__module__", ""))

    @property
    def access(self) -> Access | None:
        found = getattr(self.view, "access", None)
        return found if isinstance(found, Access) else None

    @property
    def in_workspace(self) -> bool:
        return "slug" in self.parameters

    def __str__(self) -> str:
        return self.route


def addresses(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[Address]:
    """All addresses below these patterns, with the names of their parameters."""
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route)
        else:
            names = tuple(part.split(">")[0].split(":")[-1] for part in route.split("<")[1:])
            yield Address(route, names, one.callback)


def ours(found: Iterable[Address]) -> list[Address]:
    """Those that no library looks after."""
    return [one for one in found if one.module.split(".")[0] not in LIBRARIES]


def unguarded(found: Iterable[Address]) -> list[str]:
    """Addresses whose view does not say who may open it, or says it in the wrong place."""
    wrong = []
    for one in ours(found):
        access = one.access
        if access is None:
            wrong.append(f"{one} has no @page, @signed_in or @public")
        elif one.in_workspace and access.permission is None:
            wrong.append(f"{one} lies in a workspace and asks for no permission")
        elif not one.in_workspace and access.permission is not None:
            wrong.append(f"{one} asks for a permission without a workspace")
        elif access.permission is None and len(access.reason) < 10:
            wrong.append(f"{one} is open without a reason")
    return wrong
