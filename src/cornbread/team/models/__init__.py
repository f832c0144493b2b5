"""Workspaces, the people who work in them, and the keys of machines."""

from cornbread.team.models.access import ApiToken, AuditEntry, Invitation
from cornbread.team.models.user import User
from cornbread.team.models.workspace import Member, Team, Workspace

__all__ = ["ApiToken", "AuditEntry", "Invitation", "Member", "Team", "User", "Workspace"]
