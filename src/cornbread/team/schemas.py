"""Shapes of the team in the API."""

from datetime import datetime

from ninja import Schema

from cornbread.team.models import Member, Team


class MemberOut(Schema):
    """Somebody who works here."""

    id: int
    name: str
    email: str
    role: str

    @staticmethod
    def of(member: Member) -> "MemberOut":
        """A member as the API shows one."""
        return MemberOut(
            id=member.pk, name=str(member.user), email=member.user.email, role=member.role
        )


class TeamOut(Schema):
    """A group of members."""

    id: int
    name: str

    @staticmethod
    def of(team: Team) -> "TeamOut":
        """A team as the API shows one."""
        return TeamOut(id=team.pk, name=team.name)


class WorkspaceOut(Schema):
    """The brand, with what it counts as quick and slow, in seconds."""

    slug: str
    name: str
    quick_s: int
    slow_s: int
    created_at: datetime


class MeOut(Schema):
    """Who this token speaks for, and what it may do."""

    workspace: WorkspaceOut
    member: MemberOut
    scopes: list[str]


class Problem(Schema):
    """RFC 9457: what went wrong. ``code`` is stable; ``fields`` names what to mend."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    fields: dict[str, str]
