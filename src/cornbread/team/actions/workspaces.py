"""Brands: the first one, another one, and what each counts as quick and slow."""

from zoneinfo import available_timezones

from django.db import transaction
from django.utils.text import slugify

from cornbread.foundation.db import serialise
from cornbread.foundation.errors import Invalid, NotAllowed
from cornbread.foundation.outbox import emit
from cornbread.team import queries
from cornbread.team.actions.accounts import create_user
from cornbread.team.actions.audit import record
from cornbread.team.actions.members import add_member
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.domain.permissions import Role
from cornbread.team.events import WorkspaceChanged, WorkspaceCreated
from cornbread.team.models import Member, User, Workspace

MINUTE_S, HOUR_S, YEAR_S = 60, 3_600, 366 * 86_400


@transaction.atomic
def create_workspace(
    name: str, *, slug: str | None = None, owner: User | None = None, demo: bool = False
) -> Workspace:
    """A new workspace; its owner, when given, becomes its first member."""
    name = name.strip()
    if not name:
        raise Invalid("Give the brand a name.", fields={"name": "Give the brand a name."})
    slug = slug or _free_slug(name)
    if slugify(slug) != slug:
        message = "Use small letters, digits and dashes."
        raise Invalid(f"“{slug}” cannot be an address. {message}", fields={"slug": message})
    if Workspace.objects.filter(slug=slug).exists():
        raise Invalid(f"There is already a workspace {slug}.", fields={"slug": "Already taken."})
    workspace = Workspace.objects.create(name=name[:120], slug=slug, demo=demo)
    emit(WorkspaceCreated(workspace_id=workspace.pk))
    if owner is not None:
        add_member(workspace, owner, Role.OWNER, by=SYSTEM)
    return workspace


def _free_slug(name: str) -> str:
    base = slugify(name)[:50] or "brand"
    taken = set(Workspace.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)


@transaction.atomic
def set_up(*, email: str, password: str, name: str, brand: str) -> Member:
    """First run: the owner's account and the brand. Possible only while nobody exists."""
    serialise("team.set_up", 0)
    if not queries.needs_owner():
        raise NotAllowed("This installation is already set up. Sign in instead.")
    user = create_user(email, password, name=name)
    # What the operator imported before there was anybody belongs to its first owner.
    for earlier in Workspace.objects.filter(members=None):
        add_member(earlier, user, Role.OWNER, by=SYSTEM)
    workspace = create_workspace(brand, owner=user)
    return queries.member(workspace.slug, user=user)


@transaction.atomic
def change_workspace(
    *,
    by: Member,
    name: str | None = None,
    quick_s: int | None = None,
    slow_s: int | None = None,
    time_zone: str | None = None,
    late_s: int | None = None,
    expand_links: bool | None = None,
) -> Workspace:
    """Rename the brand, move its clock, or set what counts as quick, slow and late, in seconds.

    ``expand_links`` says whether shortened links are followed. What was heard before stays
    where it was listed.
    """
    by.require("workspace.write")
    workspace = Workspace.objects.select_for_update().get(pk=by.workspace_id)
    before = (workspace.quick_s, workspace.slow_s)
    workspace.name = (name or workspace.name).strip()[:120] or workspace.name
    if time_zone and time_zone != workspace.time_zone:
        workspace.time_zone = _known_zone(time_zone)
    workspace.quick_s, workspace.slow_s = _thresholds(
        workspace.quick_s if quick_s is None else quick_s,
        workspace.slow_s if slow_s is None else slow_s,
    )
    listening = (workspace.late_s, workspace.expand_links)
    workspace.late_s = workspace.late_s if late_s is None else _late(late_s)
    if expand_links is not None:
        workspace.expand_links = expand_links
    workspace.save(
        update_fields=["name", "time_zone", "quick_s", "slow_s", "late_s", "expand_links"]
    )
    clocks = (workspace.quick_s, workspace.slow_s) != before
    details: dict[str, int | bool] = {}
    if clocks:
        details |= {"quick_s": workspace.quick_s, "slow_s": workspace.slow_s}
    if (workspace.late_s, workspace.expand_links) != listening:
        details |= {"late_s": workspace.late_s, "expand_links": workspace.expand_links}
    record(workspace.pk, by, "workspace.changed", f"workspace:{workspace.pk}", **details)
    emit(WorkspaceChanged(workspace_id=workspace.pk, clocks=clocks, by=by.pk))
    return workspace


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        message = "Choose a time zone from the list, such as Europe/Berlin."
        raise Invalid(message, fields={"time_zone": message})
    return name


def _late(late_s: int) -> int:
    if not HOUR_S <= late_s <= 10 * YEAR_S:
        message = "Between an hour and ten years, please."
        raise Invalid(message, fields={"late_s": message})
    return late_s


def _thresholds(quick_s: int, slow_s: int) -> tuple[int, int]:
    for field, seconds in (("quick_s", quick_s), ("slow_s", slow_s)):
        if not MINUTE_S <= seconds <= YEAR_S:
            message = "Between a minute and a year, please."
            raise Invalid(message, fields={field: message})
    if slow_s <= quick_s:
        message = "Slow has to be longer than quick."
        raise Invalid(message, fields={"slow_s": message})
    return quick_s, slow_s
