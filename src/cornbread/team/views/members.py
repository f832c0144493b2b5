"""Members, their roles and teams, and invitations."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cornbread.foundation.errors import Invalid
from cornbread.foundation.forms import show_refusal, status_of
from cornbread.team import actions, queries
from cornbread.team.access import page
from cornbread.team.domain import explained
from cornbread.team.domain.permissions import Role
from cornbread.team.forms import InviteForm, MemberForm, TeamForm
from cornbread.team.models import Member


@require_GET
@page("member.read")
def members(request: HttpRequest, member: Member) -> HttpResponse:
    """Who works here, who is invited, which teams there are, and what each role may do."""
    return _members(request, member, TeamForm())


def _members(request: HttpRequest, member: Member, form: TeamForm) -> HttpResponse:
    everybody = list(queries.members(seen_by=member))
    context = {
        "members": [one for one in everybody if one.active],
        "former": [one for one in everybody if not one.active],
        "invitations": queries.invitations(seen_by=member),
        "teams": queries.teams_with_size(seen_by=member),
        "form": form,
        "roles": list(explained.ROLES.items()),
        "abilities": list(explained.abilities()),
        "may_change": member.may("member.write"),
    }
    template = "team/_teams.html" if request.headers.get("HX-Request") else "team/members.html"
    return render(request, template, context, status=status_of(form))


@require_POST
@page("member.write")
def create_team(request: HttpRequest, member: Member) -> HttpResponse:
    """A new team; htmx gets the list of teams back."""
    form = TeamForm(request.POST)
    if not form.is_valid():
        return _members(request, member, form)
    actions.create_team(form.cleaned_data["name"], by=member)
    if request.headers.get("HX-Request"):
        return _members(request, member, TeamForm())
    return redirect("members", slug=member.workspace.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@page("member.write")
def member(request: HttpRequest, member: Member, member_id: int) -> HttpResponse:
    """One member's role and teams."""
    one = queries.any_member(member_id, seen_by=member)
    teams = [(team.pk, team.name) for team in queries.teams(seen_by=member)]
    now = {"role": one.role, "teams": [team.pk for team in one.teams.all()]}
    form = MemberForm(request.POST or None, by=member, teams=teams, initial=now)
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            actions.change_member(
                one.pk,
                by=member,
                # Leaving an owner's role as it is needs no owner.
                role=role if role != one.role else None,
                team_ids=form.cleaned_data["teams"],
            )
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{one.user} is saved.")
            return redirect("members", slug=member.workspace.slug)
    return render(request, "team/member.html", {"form": form, "one": one}, status=status_of(form))


@require_POST
@page("member.write")
def deactivate(request: HttpRequest, member: Member, member_id: int) -> HttpResponse:
    """Take somebody's right to work here; what they did stays under their name."""
    one = actions.change_member(member_id, by=member, active=False)
    messages.success(request, f"{one.user} can no longer open {member.workspace.name}.")
    return redirect("members", slug=member.workspace.slug)


@require_POST
@page("member.write")
def activate(request: HttpRequest, member: Member, member_id: int) -> HttpResponse:
    """Let a former member work here again."""
    one = actions.change_member(member_id, by=member, active=True)
    messages.success(request, f"{one.user} is back.")
    return redirect("members", slug=member.workspace.slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page("member.write")
def invite(request: HttpRequest, member: Member) -> HttpResponse:
    """A link that lets one person join; shown this once."""
    form = InviteForm(request.POST or None, by=member, initial={"role": Role.AGENT.value})
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            invitation, secret = actions.invite(form.cleaned_data["email"], role, by=member)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            address = request.build_absolute_uri(reverse("join", kwargs={"secret": secret}))
            context |= {"invitation": invitation, "address": address}
    template = "team/_invite.html" if request.headers.get("HX-Request") else "team/invite.html"
    return render(request, template, context, status=status_of(form))


@require_POST
@page("member.write")
def revoke_invitation(request: HttpRequest, member: Member, invitation_id: int) -> HttpResponse:
    """Make a link worthless that was not used yet."""
    actions.revoke_invitation(invitation_id, by=member)
    messages.success(request, "The invitation is revoked; its link opens nothing now.")
    return redirect("members", slug=member.workspace.slug)
