"""The team in the API."""

from django.http import HttpRequest
from ninja import Router, Status
from ninja.params.functions import Query

from cornbread.team import actions, queries
from cornbread.team.api_access import MOST, Scoped, decode_cursor, page_of, reader
from cornbread.team.schemas import (
    Cursor,
    FailedJobOut,
    FailedJobsPage,
    Id,
    MemberOut,
    MeOut,
    TeamOut,
    WorkspaceOut,
)

router = Router(tags=["team"])
READ = Scoped("conversations:read")
JOBS = Scoped("jobs:write")


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
            late_s=workspace.late_s,
            expand_links=workspace.expand_links,
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


@router.get("/jobs/dead", auth=JOBS, response=FailedJobsPage)
def dead_jobs(
    request: HttpRequest, cursor: Cursor = "", limit: int = Query(50, ge=1, le=MOST)
) -> FailedJobsPage:
    """Work of this workspace that was given up, the latest first."""
    place = decode_cursor(cursor, 2)
    found = queries.failed_jobs(seen_by=reader(request), after=place, limit=limit + 1)
    shown, more = page_of(found, limit, queries.place_of_job)
    return FailedJobsPage(items=[FailedJobOut.of(job) for job in shown], next=more)


@router.post("/jobs/{job_id}/replay", auth=JOBS, response={204: None})
def replay_job(request: HttpRequest, job_id: Id) -> Status[None]:
    """Run a failed job again, with all its attempts. Every job may safely be run twice.

    409 means that a newer job for the same thing is on its way already.
    """
    actions.replay_job(job_id, by=reader(request))
    return Status(204, None)
