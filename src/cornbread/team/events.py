"""Facts about the team."""

from cornbread.foundation.events import Event


class WorkspaceCreated(Event, frozen=True):
    """A brand has moved in."""


class WorkspaceChanged(Event, frozen=True):
    """The brand's name, time zone or clocks changed; ``clocks``: what is quick or slow did."""

    clocks: bool
    by: int | None = None


class MemberJoined(Event, frozen=True):
    """Somebody now works here."""

    member_id: int
    by: int | None = None


class MemberChanged(Event, frozen=True):
    """A role, team or the right to sign in changed."""

    member_id: int
    by: int | None = None
