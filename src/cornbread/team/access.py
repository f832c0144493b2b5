"""The door of every page: who may open it, decided before the view runs and seen by the guards."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode

from cornbread.team import queries
from cornbread.team.models import Member

P = ParamSpec("P")
PageView = Callable[Concatenate[HttpRequest, Member, P], HttpResponseBase]


@dataclass(frozen=True)
class Access:
    """What a view asks of its visitor. ``reason`` is given where it asks nothing."""

    permission: str | None = None
    signed_in: bool = True
    reason: str = ""


def page(permission: str) -> Callable[[PageView[P]], Callable[..., HttpResponseBase]]:
    """A page of one workspace (its URL has ``slug``) for members who hold the permission.

    Strangers are sent to sign in, members of other workspaces learn nothing (not found), and a
    role without the permission is refused.
    """

    def decorate(view: PageView[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, slug: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in_first(request)
            member = queries.member(slug, user=request.user)
            member.require(permission)
            request.member = member  # type: ignore[attr-defined]
            with timezone.override(member.workspace.time_zone):
                return cast(HttpResponseBase, cast(Any, view)(request, member, **kwargs))

        guarded.access = Access(permission=permission)  # type: ignore[attr-defined]
        return guarded

    return decorate


def signed_in(reason: str) -> Callable[[Callable[..., HttpResponseBase]], Any]:
    """A page about the visitor's own account, the same in every workspace."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Any:
        @wraps(view)
        def guarded(request: HttpRequest, /, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in_first(request)
            return view(request, **kwargs)

        guarded.access = Access(reason=reason)  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(reason: str) -> Callable[[Callable[..., HttpResponseBase]], Any]:
    """A page for everybody; the reason is what the guard test shows."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Any:
        view.access = Access(signed_in=False, reason=reason)  # type: ignore[attr-defined]
        return view

    return decorate


def sign_in_first(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page and back; htmx fragments make the whole page go there."""
    target = "/accounts/login/?" + urlencode({"next": request.get_full_path()})
    response = redirect(target)
    if request.headers.get("HX-Request"):
        response.headers["HX-Redirect"] = target
        response.status_code = 204
    return response
