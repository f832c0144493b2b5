"""Reads about the team, each naming its reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from cornbread.foundation import clock
from cornbread.foundation.errors import NotFound
from cornbread.foundation.jobs import dead_letters
from cornbread.foundation.models import Job
from cornbread.team.domain.tokens import digest_of
from cornbread.team.models import ApiToken, AuditEntry, Invitation, Member, Team, User, Workspace

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def member(slug: str, *, user: User) -> Member:
    """The user's own membership in the workspace with this slug; NotFound for strangers."""
    found = (
        Member.objects.select_related("workspace", "user")
        .filter(workspace__slug=slug, user=user, active=True)
        .first()
    )
    if found is None:
        raise NotFound("There is no such workspace, or you are not a member of it.")
    return found


def memberships(*, user: User) -> QuerySet[Member]:
    """All workspaces in which this user works, in the order of their names."""
    return (
        Member.objects.select_related("workspace", "user")
        .filter(user=user, active=True)
        .order_by("workspace__name", "pk")
    )


def late_limit(workspace_id: int) -> timedelta:
    """After how long a post that is heard counts as old; for intake."""
    seconds = Workspace.objects.values_list("late_s", flat=True).get(pk=workspace_id)
    return timedelta(seconds=seconds)


def expands_links(workspace_id: int) -> bool:
    """Whether shortened addresses are asked where they lead; for the jobs of listening."""
    return Workspace.objects.filter(pk=workspace_id, expand_links=True).exists()


def colleagues(*, seen_by: Member) -> QuerySet[Member]:
    """The active members of the reader's workspace."""
    return (
        Member.objects.select_related("user", "workspace")
        .filter(workspace_id=seen_by.workspace_id, active=True)
        .order_by("user__name", "user__email")
    )


def members(*, seen_by: Member) -> QuerySet[Member]:
    """All members, former ones too, for the page that manages them.

    ``second_step`` says whether more than a password is asked of them.
    """
    seen_by.require("member.read")
    second_step = Authenticator.objects.filter(user=OuterRef("user")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    return (
        Member.objects.select_related("user", "workspace")
        .prefetch_related("teams")
        .filter(workspace_id=seen_by.workspace_id)
        .annotate(second_step=Exists(second_step))
        .order_by("-active", "user__name", "user__email")
    )


def any_member(member_id: int, *, seen_by: Member) -> Member:
    """One member of the reader's workspace, former ones too; NotFound otherwise."""
    found = members(seen_by=seen_by).filter(pk=member_id).first()
    if found is None:
        raise NotFound("There is no such member in this workspace.")
    return found


def colleague(member_id: int, *, seen_by: Member) -> Member:
    """One active member of the reader's workspace; NotFound otherwise."""
    found = colleagues(seen_by=seen_by).filter(pk=member_id).first()
    if found is None:
        raise NotFound("There is no such member in this workspace.")
    return found


def teams(*, seen_by: Member) -> QuerySet[Team]:
    """The teams of the reader's workspace."""
    return Team.objects.filter(workspace_id=seen_by.workspace_id).order_by("name")


def teams_with_size(*, seen_by: Member) -> QuerySet[Team]:
    """The teams, each with ``size``: how many active members it has."""
    seen_by.require("member.read")
    return teams(seen_by=seen_by).annotate(
        size=Count("members", filter=Q(members__active=True), distinct=True)
    )


def team_ids(*, seen_by: Member) -> list[int]:
    """The teams the reader belongs to."""
    return list(seen_by.teams.values_list("pk", flat=True))


def invitations(*, seen_by: Member) -> QuerySet[Invitation]:
    """Invitations that can still be accepted."""
    seen_by.require("member.read")
    return (
        Invitation.objects.select_related("invited_by__user")
        .filter(workspace_id=seen_by.workspace_id, accepted_at=None, expires_at__gt=clock.now())
        .order_by("-created_at")
    )


def open_invitation(secret: str) -> Invitation:
    """The invitation behind a link; the secret itself is the permission to read it."""
    found = (
        Invitation.objects.select_related("workspace")
        .filter(digest=digest_of(secret), accepted_at=None, expires_at__gt=clock.now())
        .first()
    )
    if found is None:
        raise NotFound("This invitation was used, has expired, or never was. Ask for a new one.")
    return found


def is_known(email: str) -> bool:
    """Whether somebody signs in with this address; for the holder of its invitation only."""
    return User.objects.filter(email__iexact=email).exists()


def tokens(*, seen_by: Member) -> QuerySet[ApiToken]:
    """The API tokens of the workspace, without their secrets."""
    seen_by.require("token.write")
    return (
        ApiToken.objects.select_related("member__user")
        .filter(workspace_id=seen_by.workspace_id)
        .order_by("revoked_at", "-created_at")
    )


def audit(*, seen_by: Member) -> QuerySet[AuditEntry]:
    """Who changed what, newest first."""
    seen_by.require("member.read")
    return (
        AuditEntry.objects.select_related("member__user")
        .filter(workspace_id=seen_by.workspace_id)
        .order_by("-pk")
    )


@dataclass(frozen=True)
class AuditPage:
    """Some entries, newest first, and whether there are others on either side."""

    entries: list[AuditEntry]
    newer: bool
    older: bool


def audit_page(
    *, seen_by: Member, before: int | None = None, after: int | None = None, limit: int = 50
) -> AuditPage:
    """The entries before (older than) or after (newer than) an entry's id."""
    everything = audit(seen_by=seen_by)
    if after is not None:
        entries = list(everything.filter(pk__gt=after).order_by("pk")[:limit])[::-1]
    elif before is not None:
        entries = list(everything.filter(pk__lt=before)[:limit])
    else:
        entries = list(everything[:limit])
    if not entries:
        return AuditPage([], newer=False, older=False)
    newer = everything.filter(pk__gt=entries[0].pk).exists()
    return AuditPage(entries, newer, everything.filter(pk__lt=entries[-1].pk).exists())


def failed_jobs(
    *, seen_by: Member, after: Sequence[int] | None = None, limit: int = 50
) -> list[Job]:
    """Jobs of the workspace that were given up, the latest first; those after that place."""
    seen_by.require("job.replay")
    here = seen_by.workspace_id
    if after is None:
        return dead_letters(workspace_id=here, limit=limit)
    microseconds, job_id = after
    try:
        moment = _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return []
    return dead_letters(workspace_id=here, limit=limit, after=(moment, job_id))


def place_of_job(job: Job) -> tuple[int, int]:
    """Where a failed job stands in that list: microseconds since 1970 of its end, and its id."""
    return ((job.finished_at or _EPOCH) - _EPOCH) // timedelta(microseconds=1), job.id


def workspace_named(slug: str) -> Workspace:
    """A workspace by its slug, for commands run by the operator of the machine."""
    found = Workspace.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Workspace.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise NotFound(f"There is no workspace {slug}. Known: {known or 'none yet'}.")
    return found


def workspace_slugs() -> dict[int, str]:
    """Ids and slugs of all workspaces, for commands run by the operator of the machine."""
    return dict(Workspace.objects.values_list("pk", "slug"))


def is_empty() -> bool:
    """Whether nobody has set this installation up yet."""
    return not User.objects.exists() and not Workspace.objects.exists()


def needs_owner() -> bool:
    """Whether first-run set-up is still open: no user exists at all."""
    return not User.objects.exists()


def member_by_email(slug: str, email: str) -> Member:
    """A member by workspace and address, for commands run by the operator of the machine."""
    workspace = workspace_named(slug)
    found = Member.objects.filter(workspace=workspace, user__email__iexact=email, active=True)
    member = found.select_related("workspace", "user").first()
    if member is None:
        raise NotFound(f"{email} is not a member of {slug}.")
    return member
