"""What the shell leads to: each room adds its own entries, the shell only draws them.

A room puts ``register(...)`` calls in its ``navigation.py``. An entry whose address does not
exist, or which the member may not open, is not shown: there are no dead links.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Protocol, cast

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import autodiscover_modules


class Section(StrEnum):
    """The places of the shell that can lead somewhere."""

    RAIL = "rail"
    SETTINGS = "settings"
    ACCOUNT = "account"
    WORKSPACES = "workspaces"
    #: What somebody does first in a new workspace.
    START = "start"


class WorkspaceLike(Protocol):
    """As much of a workspace as an address needs."""

    slug: str


class MemberLike(Protocol):
    """As much of a member as the shell needs to know."""

    workspace: WorkspaceLike

    def may(self, permission: str) -> bool: ...


@dataclass(frozen=True)
class Entry:
    """Something a room offers. ``keys`` are pressed one after the other, as in "g i"."""

    section: Section
    key: str
    label: str
    icon: str
    url_name: str
    order: int
    permission: str | None = None
    keys: str = ""


@dataclass(frozen=True)
class Link:
    """An entry as this visitor sees it."""

    key: str
    label: str
    icon: str
    href: str
    keys: str = ""
    current: bool = False


Provider = Callable[[HttpRequest], Iterable[Link]]
_entries: dict[tuple[Section, str], Entry] = {}
_providers: dict[Section, list[Provider]] = {}


def register(entry: Entry) -> None:
    """Add an entry; a second one with the same section and key replaces the first."""
    _entries[entry.section, entry.key] = entry


def provide(section: Section) -> Callable[[Provider], Provider]:
    """Register a function whose links depend on the visitor, such as their workspaces."""

    def keep(provider: Provider) -> Provider:
        _providers.setdefault(section, []).append(provider)
        return provider

    return keep


def links(section: Section, request: HttpRequest) -> list[Link]:
    """What this visitor can reach from that place of the shell, in order, found once a request."""
    found: dict[Section, list[Link]] = request.__dict__.setdefault("cornbread_links", {})
    if section not in found:
        found[section] = _find(section, request)
    return found[section]


def _find(section: Section, request: HttpRequest) -> list[Link]:
    _discover()
    entries = sorted((e for e in _entries.values() if e.section == section), key=_order)
    found = [link for entry in entries if (link := _link(entry, request)) is not None]
    for provider in _providers.get(section, []):
        found += provider(request)
    return _with_current(found, request.path)


def _with_current(found: list[Link], path: str) -> list[Link]:
    """Marks the link that this page lies under; the longest address that fits wins."""
    under = [link.href for link in found if path.startswith(link.href)]
    if not under or any(link.current for link in found):
        return found
    here = max(under, key=len)
    return [replace(link, current=link.href == here) for link in found]


def home_of(slug: str) -> str:
    """The page that a workspace opens with: the first place on the rail."""
    _discover()
    rail = sorted((e for e in _entries.values() if e.section == Section.RAIL), key=_order)
    for entry in rail:
        try:
            return reverse(entry.url_name, kwargs={"slug": slug})
        except NoReverseMatch:
            continue
    return "/"


def start_of(request: HttpRequest, slug: str) -> str:
    """Where a new workspace begins: the first START entry open to the member, or its home."""
    return next((link.href for link in links(Section.START, request)), home_of(slug))


def member_of(request: HttpRequest) -> MemberLike | None:
    """The member on whose behalf the page is shown; None outside a workspace."""
    return cast(MemberLike | None, getattr(request, "member", None))


def _order(entry: Entry) -> int:
    return entry.order


def _link(entry: Entry, request: HttpRequest) -> Link | None:
    member = member_of(request)
    if entry.permission is not None and not (member and member.may(entry.permission)):
        return None
    kwargs = {"slug": member.workspace.slug} if member and entry.section != Section.ACCOUNT else {}
    try:
        href = reverse(entry.url_name, kwargs=kwargs)
    except NoReverseMatch:
        return None
    return Link(entry.key, entry.label, entry.icon, href, entry.keys)


@cache
def _discover() -> None:
    autodiscover_modules("navigation")
