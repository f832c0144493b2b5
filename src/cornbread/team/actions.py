"""Every change to workspaces, members, tokens and invitations."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify

from cornbread.foundation import clock
from cornbread.foundation.db import serialise
from cornbread.foundation.errors import Invalid, NotAllowed, NotFound
from cornbread.foundation.outbox import emit
from cornbread.team import queries
from cornbread.team.domain.actors import SYSTEM, Actor, require
from cornbread.team.domain.permissions import SCOPES, Role
from cornbread.team.domain.tokens import digest_of, new_secret
from cornbread.team.events import MemberChanged, MemberJoined, WorkspaceCreated
from cornbread.team.models import ApiToken, AuditEntry, Invitation, Member, Team, User, Workspace

INVITATION_LIFE = timedelta(days=7)


def record(workspace_id: int, by: Actor, verb: str, subject: str, **details: Any) -> None:
    """Write who changed what, in the caller's transaction."""
    AuditEntry.objects.create(
        workspace_id=workspace_id,
        member_id=by.actor_id,
        verb=verb,
        subject=subject,
        details=details,
    )


@transaction.atomic
def create_workspace(
    name: str, *, slug: str | None = None, owner: User | None = None, demo: bool = False
) -> Workspace:
    """A new workspace; its owner, when given, becomes its first member."""
    name = name.strip()
    if not name:
        raise Invalid("Give the brand a name.", fields={"name": "Give the brand a name."})
    slug = slug or _free_slug(name)
    if slugify(slug) != slug:
        message = "Use small letters, digits and dashes."
        raise Invalid(f"“{slug}” cannot be an address. {message}", fields={"slug": message})
    if Workspace.objects.filter(slug=slug).exists():
        raise Invalid(f"There is already a workspace {slug}.", fields={"slug": "Already taken."})
    workspace = Workspace.objects.create(name=name[:120], slug=slug, demo=demo)
    emit(WorkspaceCreated(workspace_id=workspace.pk))
    if owner is not None:
        add_member(workspace, owner, Role.OWNER, by=SYSTEM)
    return workspace


def _free_slug(name: str) -> str:
    base = slugify(name)[:50] or "brand"
    taken = set(Workspace.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)


def create_user(email: str, password: str | None, *, name: str = "") -> User:
    """A user who can sign in; with a clear refusal for bad addresses and weak passwords."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as wrong:
        message = "That is not an e-mail address."
        raise Invalid(message, fields={"email": message}) from wrong
    if User.objects.filter(email__iexact=email).exists():
        message = "Somebody already signs in with this address."
        raise Invalid(message, fields={"email": message})
    if password is not None:
        try:
            validate_password(password, User(email=email, name=name))
        except ValidationError as weak:
            raise Invalid(weak.messages[0], fields={"password": " ".join(weak.messages)}) from weak
    return User.objects.create_user(email, password, name=name.strip())


@transaction.atomic
def set_up(*, email: str, password: str, name: str, brand: str) -> Member:
    """First run: the owner's account and the brand. Possible only while nobody exists."""
    serialise("team.set_up", 0)
    if not queries.needs_owner():
        raise NotAllowed("This installation is already set up. Sign in instead.")
    user = create_user(email, password, name=name)
    # What the operator imported before there was anybody belongs to its first owner.
    for earlier in Workspace.objects.filter(members=None):
        add_member(earlier, user, Role.OWNER, by=SYSTEM)
    workspace = create_workspace(brand, owner=user)
    return queries.member(workspace.slug, user=user)


@transaction.atomic
def add_member(workspace: Workspace, user: User, role: Role, *, by: Actor) -> Member:
    """Let a user work here; an earlier membership comes back to life with the new role."""
    require(by, "member.write", workspace.pk)
    _may_hand_out(role, by, workspace.pk)
    member, created = Member.objects.get_or_create(
        workspace=workspace, user=user, defaults={"role": role}
    )
    if not created:
        member.role, member.active = role, True
        member.save(update_fields=["role", "active"])
    record(workspace.pk, by, "member.added", f"member:{member.pk}", role=role)
    emit(MemberJoined(workspace_id=workspace.pk, member_id=member.pk, by=by.actor_id))
    return member


def _may_hand_out(role: Role, by: Actor, workspace_id: int) -> None:
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


@transaction.atomic
def invite(email: str, role: Role, *, by: Member) -> tuple[Invitation, str]:
    """An invitation and the secret of its link, which is shown once."""
    by.require("member.write")
    _may_hand_out(role, by, by.workspace_id)
    try:
        validate_email(email)
    except ValidationError as wrong:
        message = "That is not an e-mail address."
        raise Invalid(message, fields={"email": message}) from wrong
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        workspace_id=by.workspace_id,
        email=email.strip().lower(),
        role=role,
        digest=digest_of(secret),
        invited_by=by,
        expires_at=clock.now() + INVITATION_LIFE,
    )
    record(by.workspace_id, by, "member.invited", f"invitation:{invitation.pk}", role=role)
    return invitation, secret


@transaction.atomic
def accept_invitation(
    secret: str, *, user: User | None = None, name: str = "", password: str | None = None
) -> Member:
    """Join by invitation, as the signed-in user or as a new one with the invited address."""
    invitation = queries.open_invitation(secret)
    won = Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(
        accepted_at=clock.now()
    )
    if not won:
        raise NotFound("This invitation was used already.")
    if user is None:
        if not password:
            raise Invalid("Choose a password.", fields={"password": "Choose a password."})
        user = create_user(invitation.email, password, name=name)
    return add_member(invitation.workspace, user, Role(invitation.role), by=SYSTEM)


@transaction.atomic
def create_token(
    name: str, scopes: Iterable[str], *, for_member: Member, by: Actor, days: int = 365
) -> tuple[ApiToken, str]:
    """An API token and its secret, which is shown once and never stored."""
    require(by, "token.write", for_member.workspace_id)
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        sentence = f"Choose from these scopes: {', '.join(SCOPES)}."
        raise Invalid(sentence, fields={"scopes": sentence})
    if not 1 <= days <= 3650:
        raise Invalid("A token lives between 1 and 3650 days.", fields={"days": "1 to 3650"})
    secret = new_secret()
    token = ApiToken.objects.create(
        workspace_id=for_member.workspace_id,
        member=for_member,
        name=name.strip()[:80] or "token",
        prefix=secret[:8],
        digest=digest_of(secret),
        scopes=wanted,
        expires_at=clock.now() + timedelta(days=days),
    )
    record(token.workspace_id, by, "token.created", f"token:{token.pk}", scopes=wanted)
    return token, secret


@transaction.atomic
def revoke_token(token_id: int, *, by: Member) -> None:
    """Close a token for ever."""
    by.require("token.write")
    found = ApiToken.objects.filter(pk=token_id, workspace_id=by.workspace_id)
    if not found.exists():
        raise NotFound("There is no such token.")
    if found.filter(revoked_at=None).update(revoked_at=clock.now()):
        record(by.workspace_id, by, "token.revoked", f"token:{token_id}")


def member_of_token(secret: str) -> Member | None:
    """The member behind a valid token, limited to its scopes; None for anything else."""
    now = clock.now()
    token = (
        ApiToken.objects.select_related("member__workspace", "member__user")
        .filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=now)
        .first()
    )
    if token is None or not token.member.active or not token.member.user.is_active:
        return None
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    member = token.member
    member.token_scopes = frozenset(token.scopes)
    return member


@transaction.atomic
def change_workspace(
    *, by: Member, name: str | None = None, quick_s: int | None = None, slow_s: int | None = None
) -> Workspace:
    """Rename the brand or set what counts as quick and slow, in seconds."""
    by.require("workspace.write")
    workspace = Workspace.objects.select_for_update().get(pk=by.workspace_id)
    workspace.name = (name or workspace.name).strip()[:120]
    workspace.quick_s = quick_s or workspace.quick_s
    workspace.slow_s = slow_s or workspace.slow_s
    if workspace.slow_s <= workspace.quick_s:
        message = "Slow has to be longer than quick."
        raise Invalid(message, fields={"slow_s": message})
    workspace.save(update_fields=["name", "quick_s", "slow_s"])
    record(workspace.pk, by, "workspace.changed", f"workspace:{workspace.pk}")
    return workspace
