"""Work that Cornbread gave up on: looked at here, and begun again when its cause is mended."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from cornbread.foundation.errors import Stale
from cornbread.foundation.failures import failure_of
from cornbread.team import actions, queries
from cornbread.team.access import page
from cornbread.team.api_access import decode_cursor, page_of
from cornbread.team.models import Member

SHOWN = 50


@require_GET
@page("job.replay")
def jobs(request: HttpRequest, member: Member) -> HttpResponse:
    """The failed jobs of this workspace, the latest first."""
    place = decode_cursor(request.GET.get("after", ""), 2)
    found = queries.failed_jobs(seen_by=member, after=place, limit=SHOWN + 1)
    shown, older = page_of(found, SHOWN, queries.place_of_job)
    context = {"failures": [failure_of(job) for job in shown], "older": older, "later": place}
    return render(request, "team/jobs.html", context)


@require_POST
@page("job.replay")
def replay(request: HttpRequest, member: Member, job_id: int) -> HttpResponse:
    """Run one of them again."""
    try:
        actions.replay_job(job_id, by=member)
    except Stale as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "It runs again. If it fails again, it comes back to this list.")
    return redirect("failed_jobs", slug=member.workspace.slug)
