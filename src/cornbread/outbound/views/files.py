"""Canned responses brought in from files, and taken out as files."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from cornbread.foundation.errors import Invalid
from cornbread.outbound import actions
from cornbread.outbound.domain.canned_files import Unreadable, as_csv, as_json, read
from cornbread.outbound.showing import rows_of
from cornbread.team.access import page
from cornbread.team.models import Member

MOST_BYTES = 5 * 1024 * 1024


@require_safe
@page("canned.read")
def export(request: HttpRequest, member: Member) -> HttpResponse:
    """What the reader may use, as CSV or JSON."""
    rows = rows_of(seen_by=member)
    csv = request.GET.get("as") != "json"
    kind = "text/csv; charset=utf-8" if csv else "application/json"
    # Spreadsheets take a file without the mark for the machine's old alphabet.
    answer = HttpResponse("\ufeff" + as_csv(rows) if csv else as_json(rows), content_type=kind)
    name = f"canned-responses-{member.workspace.slug}.{'csv' if csv else 'json'}"
    answer.headers["Content-Disposition"] = str(content_disposition_header(True, name))
    return answer


@require_POST
@page("canned.write")
def bring_in(request: HttpRequest, member: Member) -> HttpResponse:
    """Take over a file: all of it or nothing."""
    given = request.FILES.get("file")
    try:
        if given is None or given.size is None:
            raise Unreadable("Choose a CSV or JSON file.")
        if given.size > MOST_BYTES:
            raise Unreadable("Send at most 5 MB at a time.")
        came = actions.import_canned(read(given.read()), by=member)
    except Unreadable as refusal:
        messages.error(request, str(refusal))
    except Invalid as refusal:
        messages.error(request, refusal.message)
    else:
        said = f"{came.new} new, {came.changed} changed, {came.same} as they were."
        messages.success(request, said)
    return redirect("canned", slug=member.workspace.slug)
