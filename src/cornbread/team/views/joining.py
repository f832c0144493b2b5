"""Joining by invitation: the link is the permission."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cornbread.foundation.errors import Invalid
from cornbread.foundation.forms import show_refusal, status_of
from cornbread.foundation.navigation import home_of
from cornbread.team import actions, queries
from cornbread.team.access import public
from cornbread.team.domain import explained
from cornbread.team.domain.permissions import Role
from cornbread.team.forms import JoinForm
from cornbread.team.models import Invitation, Member, User
from cornbread.team.views.start import BACKEND


@public("the secret in the link is the permission, and it works once")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Join as the signed-in person, or as somebody new with the invited address."""
    invitation = queries.open_invitation(secret)
    if request.user.is_authenticated:
        return _as_signed_in(request, invitation, secret, request.user)
    form = JoinForm(request.POST or None)
    if form.is_valid():
        try:
            member = actions.accept_invitation(secret, **form.values())
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            login(request, member.user, backend=BACKEND)
            return _inside(member)
    return _page(request, invitation, form=form, known=queries.is_known(invitation.email))


def _as_signed_in(
    request: HttpRequest, invitation: Invitation, secret: str, user: User
) -> HttpResponse:
    if request.method != "POST":
        return _page(request, invitation)
    try:
        member = actions.accept_invitation(secret, user=user)
    except Invalid as refusal:
        return _page(request, invitation, refusal=refusal.message)
    return _inside(member)


def _inside(member: Member) -> HttpResponse:
    return redirect(home_of(member.workspace.slug))


def _page(
    request: HttpRequest,
    invitation: Invitation,
    *,
    form: JoinForm | None = None,
    known: bool = False,
    refusal: str = "",
) -> HttpResponse:
    role = Role(invitation.role)
    context = {
        "invitation": invitation,
        "role": role.label,
        "may": explained.ROLES[role],
        "form": form,
        "known": known,
        "refusal": refusal,
    }
    status = 422 if refusal else status_of(form) if form is not None else 200
    return render(request, "team/join.html", context, status=status)
