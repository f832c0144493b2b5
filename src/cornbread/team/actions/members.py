"""Who works here, as what, and in which teams."""

from collections.abc import Iterable

from django.db import transaction

from cornbread.foundation.errors import Invalid, NotFound
from cornbread.foundation.outbox import emit
from cornbread.team.actions.audit import record
from cornbread.team.domain.actors import Actor, require
from cornbread.team.domain.permissions import Role
from cornbread.team.events import MemberChanged, MemberJoined
from cornbread.team.models import Member, Team, User, Workspace


@transaction.atomic
def add_member(workspace: Workspace, user: User, role: Role, *, by: Actor) -> Member:
    """Let a user work here; an earlier membership comes back to life with the new role."""
    require(by, "member.write", workspace.pk)
    may_hand_out(role, by, workspace.pk)
    member, created = Member.objects.get_or_create(
        workspace=workspace, user=user, defaults={"role": role}
    )
    if not created:
        member.role, member.active = role, True
        member.save(update_fields=["role", "active"])
    record(workspace.pk, by, "member.added", f"member:{member.pk}", role=role)
    emit(MemberJoined(workspace_id=workspace.pk, member_id=member.pk, by=by.actor_id))
    return member


def may_hand_out(role: Role, by: Actor, workspace_id: int) -> None:
    """Raise NotAllowed when ``by`` may not make somebody this: only owners make owners."""
    if role == Role.OWNER:
        require(by, "owner.write", workspace_id)


@transaction.atomic
def change_member(
    member_id: int,
    *,
    by: Member,
    role: Role | None = None,
    active: bool | None = None,
    team_ids: Iterable[int] | None = None,
) -> Member:
    """Change a member's role, teams or right to work here. The last owner stays."""
    by.require("member.write")
    member = (
        Member.objects.select_for_update()
        .filter(pk=member_id, workspace_id=by.workspace_id)
        .first()
    )
    if member is None:
        raise NotFound("There is no such member in this workspace.")
    if Role.OWNER in {member.role, role} and (role is not None or active is not None):
        by.require("owner.write")
    member.role = role or member.role
    member.active = member.active if active is None else active
    member.save(update_fields=["role", "active"])
    _keep_an_owner(by.workspace_id)
    if team_ids is not None:
        member.teams.set(Team.objects.filter(workspace_id=by.workspace_id, pk__in=team_ids))
    details = {"role": member.role, "active": member.active}
    record(by.workspace_id, by, "member.changed", f"member:{member.pk}", **details)
    emit(MemberChanged(workspace_id=by.workspace_id, member_id=member.pk, by=by.pk))
    return member


def _keep_an_owner(workspace_id: int) -> None:
    owners = Member.objects.filter(workspace_id=workspace_id, role=Role.OWNER, active=True)
    if not owners.exists():
        raise Invalid("A workspace needs at least one owner. Make somebody else owner first.")


@transaction.atomic
def create_team(name: str, *, by: Member) -> Team:
    """A new team."""
    by.require("member.write")
    if not name.strip():
        raise Invalid("Give the team a name.", fields={"name": "Give the team a name."})
    team, created = Team.objects.get_or_create(workspace_id=by.workspace_id, name=name.strip()[:80])
    if created:
        record(by.workspace_id, by, "team.created", f"team:{team.pk}")
    return team
