"""The shell leads only to places that exist and are open to the visitor."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path

from cornbread.foundation import navigation
from cornbread.foundation.navigation import Entry, Link, Section


def _nothing(request: HttpRequest, slug: str) -> HttpResponse:
    """A view that is never called."""
    return HttpResponse()


urlpatterns = [
    path("w/<slug>/post/", _nothing, name="post"),
    path("w/<slug>/post/old/", _nothing, name="old-post"),
]


@dataclass
class Workspace:
    slug: str = "rail"


@dataclass
class Member:
    workspace: Workspace = field(default_factory=Workspace)
    permissions: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        return permission in self.permissions


@pytest.fixture(autouse=True)
def empty_shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(navigation, "_entries", {})
    monkeypatch.setattr(navigation, "_providers", {})
    monkeypatch.setattr(navigation, "_discover", lambda: None)
    with override_settings(ROOT_URLCONF=__name__):
        yield


def rail(path: str = "/", *permissions: str) -> list[Link]:
    request = RequestFactory().get(path)
    request.member = Member(permissions=frozenset(permissions))  # type: ignore[attr-defined]
    return navigation.links(Section.RAIL, request)


def entry(key: str, url_name: str, order: int = 1, permission: str | None = None) -> Entry:
    return Entry(Section.RAIL, key, key.title(), "inbox", url_name, order, permission)


def test_an_entry_without_a_page_is_not_shown() -> None:
    navigation.register(entry("radar", "not-built-yet"))
    assert rail() == []


def test_an_entry_is_shown_to_those_who_may_open_it() -> None:
    navigation.register(entry("post", "post", permission="post.read"))
    assert rail() == []
    assert [link.href for link in rail("/", "post.read")] == ["/w/rail/post/"]


def test_entries_keep_their_order() -> None:
    navigation.register(entry("old", "old-post", order=20))
    navigation.register(entry("post", "post", order=10))
    assert [link.key for link in rail()] == ["post", "old"]


def test_the_nearest_place_is_the_current_one() -> None:
    navigation.register(entry("post", "post"))
    navigation.register(entry("old", "old-post"))
    assert [link.key for link in rail("/w/rail/post/old/7/") if link.current] == ["old"]
    assert [link.key for link in rail("/w/rail/post/7/") if link.current] == ["post"]
    assert not any(link.current for link in rail("/elsewhere/"))


def test_a_workspace_opens_with_the_first_place_that_exists() -> None:
    navigation.register(entry("radar", "not-built-yet", order=1))
    navigation.register(entry("post", "post", order=2))
    assert navigation.home_of("hotel") == "/w/hotel/post/"
