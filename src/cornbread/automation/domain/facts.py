"""What of a conversation a rule can ask about, as plain values."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from cornbread.listening.domain.matchable import MatchablePost


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation at the moment of an occasion.

    ``post`` is the message that set it off, or else the customer's newest; ``from_us`` says whose
    it is. ``local`` is the moment in the workspace's time. What is not known is None.
    """

    conversation_id: int
    channel_id: int
    network: str
    status: str
    priority: str
    assignee_id: int | None
    team_id: int | None
    labels: frozenset[str]
    level: int | None
    followers: int | None
    bot: bool
    first_contact: bool
    late: bool
    waiting_hours: float | None
    local: datetime
    post: MatchablePost
    from_us: bool
    visibility: str
    language: str


class Names(msgspec.Struct, frozen=True):
    """What the ids in conditions and steps are called."""

    channels: Mapping[int, str]
    members: Mapping[int, str]
    teams: Mapping[int, str]
    endpoints: Mapping[int, str] = {}
