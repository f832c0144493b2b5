"""Every change to workspaces, members, tokens, invitations and failed jobs."""

from cornbread.team.actions.accounts import create_user
from cornbread.team.actions.audit import record
from cornbread.team.actions.invitations import accept_invitation, invite, revoke_invitation
from cornbread.team.actions.jobs import replay_job
from cornbread.team.actions.members import add_member, change_member, create_team
from cornbread.team.actions.tokens import create_token, member_of_token, revoke_token
from cornbread.team.actions.workspaces import change_workspace, create_workspace, set_up

__all__ = [
    "accept_invitation",
    "add_member",
    "change_member",
    "change_workspace",
    "create_team",
    "create_token",
    "create_user",
    "create_workspace",
    "invite",
    "member_of_token",
    "record",
    "replay_job",
    "revoke_invitation",
    "revoke_token",
    "set_up",
]
