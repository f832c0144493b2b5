"""``/healthz``: whether this web server can do its work, for whoever sends people to it."""

from collections.abc import Callable

from django.db import Error, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cornbread.config import migrating
from cornbread.foundation.errors import Refusal
from cornbread.team.access import public

PATH = "/healthz"

#: Set once the tables are those of this version: a process never gets another version.
_migrated = False


@public("load balancers have no account; it tells one word and nothing about the data")
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers 200 and ``ok``, or 503 and the part that fails: ``database``, ``migrations``."""
    failing = failing_part()
    return HttpResponse(failing or "ok", status=503 if failing else 200, content_type="text/plain")


def failing_part() -> str | None:
    """The first part that does not work; None when all is well."""
    global _migrated
    try:
        if not MigrationRecorder(connection).has_table():
            return "migrations"
        if not _migrated and migrating.pending():
            return "migrations"
    except Refusal:
        return "migrations"
    except Error:
        return "database"
    _migrated = True
    return None


class HealthMiddleware:
    """Answers before the host name is looked at: load balancers ask by number, not by name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == PATH:
            answer: HttpResponse = healthz(request)
            return answer
        return self.get_response(request)
