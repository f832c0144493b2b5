"""Where the shell leads for this room: settings, the account, and the member's workspaces."""

from collections.abc import Iterator

from django.http import HttpRequest

from cornbread.foundation.navigation import (
    Entry,
    Link,
    Section,
    home_of,
    member_of,
    provide,
    register,
)
from cornbread.team import queries

register(Entry(Section.RAIL, "settings", "Settings", "settings", "settings", 90, keys="g s"))
register(Entry(Section.ACCOUNT, "security", "Sign-in and security", "shield-lock", "mfa_index", 10))
register(Entry(Section.SETTINGS, "workspace", "Brand and clocks", "building-store", "settings", 10))
register(Entry(Section.SETTINGS, "members", "Members", "users", "members", 20, "member.read"))
register(Entry(Section.SETTINGS, "tokens", "API tokens", "key", "tokens", 30, "token.write"))
register(Entry(Section.SETTINGS, "jobs", "Failed jobs", "repeat", "failed_jobs", 80, "job.replay"))
register(Entry(Section.SETTINGS, "audit", "Change log", "history", "audit", 90, "member.read"))


@provide(Section.WORKSPACES)
def workspaces(request: HttpRequest) -> Iterator[Link]:
    """Every workspace in which the visitor works, the present one marked."""
    if not request.user.is_authenticated:
        return
    here = member_of(request)
    for membership in queries.memberships(user=request.user):
        slug = membership.workspace.slug
        yield Link(
            key=slug,
            label=membership.workspace.name,
            icon="arrow-right",
            href=home_of(slug),
            current=here is not None and here.workspace.slug == slug,
        )
