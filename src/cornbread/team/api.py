"""The team in the API."""

from django.http import HttpRequest
from ninja import Router

from cornbread.team import queries
from cornbread.team.api_access import Scoped, reader
from cornbread.team.schemas import MemberOut, MeOut, TeamOut, WorkspaceOut

router = Router(tags=["team"])
READ = Scoped("conversations:read")


@router.get("/me", auth=READ, response=MeOut)
def me(request: HttpRequest) -> MeOut:
    """Who this token speaks for."""
    member = reader(request)
    workspace = member.workspace
    return MeOut(
        workspace=WorkspaceOut(
            slug=workspace.slug,
            name=workspace.name,
            quick_s=workspace.quick_s,
            slow_s=workspace.slow_s,
            created_at=workspace.created_at,
        ),
        member=MemberOut.of(member),
        scopes=sorted(member.token_scopes or ()),
    )


@router.get("/members", auth=READ, response=list[MemberOut])
def members(request: HttpRequest) -> list[MemberOut]:
    """Whom conversations can be assigned to."""
    return [MemberOut.of(member) for member in queries.colleagues(seen_by=reader(request))]


@router.get("/teams", auth=READ, response=list[TeamOut])
def teams(request: HttpRequest) -> list[TeamOut]:
    """Teams that conversations can be given to."""
    return [TeamOut.of(team) for team in queries.teams(seen_by=reader(request))]
