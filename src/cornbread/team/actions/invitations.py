"""Links that let somebody join, once."""

import secrets
from datetime import timedelta

from django.db import transaction

from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotFound
from cornbread.team import queries
from cornbread.team.actions.accounts import checked_email, create_user
from cornbread.team.actions.audit import record
from cornbread.team.actions.members import add_member, may_hand_out
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.domain.permissions import Role
from cornbread.team.domain.tokens import digest_of
from cornbread.team.models import Invitation, Member, User

INVITATION_LIFE = timedelta(days=7)


@transaction.atomic
def invite(email: str, role: Role, *, by: Member) -> tuple[Invitation, str]:
    """An invitation and the secret of its link, which is shown once."""
    by.require("member.write")
    may_hand_out(role, by, by.workspace_id)
    email = checked_email(email)
    here = Member.objects.filter(workspace_id=by.workspace_id, user__email__iexact=email)
    if here.filter(active=True).exists():
        message = "They already work here."
        raise Invalid(message, fields={"email": message})
    # A new link for the same person makes the one that was lost worthless.
    Invitation.objects.filter(workspace_id=by.workspace_id, email=email, accepted_at=None).delete()
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        workspace_id=by.workspace_id,
        email=email,
        role=role,
        digest=digest_of(secret),
        invited_by=by,
        expires_at=clock.now() + INVITATION_LIFE,
    )
    record(by.workspace_id, by, "member.invited", f"invitation:{invitation.pk}", role=role)
    return invitation, secret


@transaction.atomic
def revoke_invitation(invitation_id: int, *, by: Member) -> None:
    """Make an open invitation's link worthless."""
    by.require("member.write")
    gone, _ = Invitation.objects.filter(
        pk=invitation_id, workspace_id=by.workspace_id, accepted_at=None
    ).delete()
    if not gone:
        raise NotFound("There is no such open invitation.")
    record(by.workspace_id, by, "invitation.revoked", f"invitation:{invitation_id}")


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
    elif invitation.workspace.members.filter(user=user, active=True).exists():
        # An invitation never changes the role of somebody who already works here.
        raise Invalid(f"You already work for {invitation.workspace.name}.")
    return add_member(invitation.workspace, user, Role(invitation.role), by=SYSTEM)
