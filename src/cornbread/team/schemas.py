"""Shapes of the team in the API, and the plain values that every room's shapes are made of."""

from datetime import UTC, datetime
from typing import Annotated

from ninja import Field, Schema
from pydantic import AfterValidator

from cornbread.foundation.failures import failure_of
from cornbread.foundation.models import Job
from cornbread.team.models import Member, Team

#: What both databases can hold as a number.
LARGEST = 2**63 - 1
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)


def _moment(given: datetime) -> datetime:
    # Without an offset nobody knows which moment is meant, and a guess may be hours off.
    if given.tzinfo is None:
        raise ValueError("Send the time with a UTC offset, such as 2026-05-04T22:10:00+02:00.")
    if not FIRST <= given <= LAST:
        raise ValueError("Send a time between the years 1900 and 2999.")
    return given.astimezone(UTC)


def _visible(given: str) -> str:
    if "\x00" in given:
        raise ValueError("A name has no NUL characters.")
    return given


Id = Annotated[int, Field(ge=1, le=LARGEST)]
"""The number of a row."""

Moment = Annotated[datetime, AfterValidator(_moment)]
"""A time with its UTC offset; becomes UTC."""

Search = Annotated[str, Field(max_length=200)]
"""Words that somebody looks for."""

Cursor = Annotated[str, Field(max_length=200)]
"""A place in a list, as the page before gave it."""

PathText = Annotated[str, Field(max_length=200), AfterValidator(_visible)]
"""A name inside an address, which no parser has looked at."""


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
    """The brand, with what it counts as quick, slow and heard late, in seconds."""

    slug: str
    name: str
    quick_s: int
    slow_s: int
    late_s: int
    expand_links: bool
    created_at: datetime


class MeOut(Schema):
    """Who this token speaks for, and what it may do."""

    workspace: WorkspaceOut
    member: MemberOut
    scopes: list[str]


class FailedJobOut(Schema):
    """A job that was given up: what it was to do, and why it failed, also in stable words."""

    id: int
    work: str
    why: str
    code: str
    error: str
    task: str
    queue: str
    attempts: int
    failed_at: datetime | None

    @staticmethod
    def of(job: Job) -> "FailedJobOut":
        """A failed job as the API shows one."""
        return FailedJobOut(**failure_of(job).as_dict())


class FailedJobsPage(Schema):
    """A page of failed jobs, the latest first."""

    items: list[FailedJobOut]
    next: str | None


class Problem(Schema):
    """RFC 9457: what went wrong. ``code`` is stable; ``fields`` names what to mend."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    fields: dict[str, str]
