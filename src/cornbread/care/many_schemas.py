"""Shapes of what is done to many conversations at once."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

from cornbread.care.models import Change, Changed
from cornbread.care.showing.changes import report
from cornbread.team.models import Member
from cornbread.team.schemas import Id, Moment

Verb = Literal[
    "assign", "team", "label", "unlabel", "resolve", "reopen", "pending", "snooze", "priority"
]


class ChangeIn(Schema):
    """A step and the conversations to do it to.

    ``to`` goes with assign, team and priority, ``name`` with label and unlabel, ``until`` with
    snooze.
    """

    conversation_ids: list[Id] = Field(min_length=1, max_length=10_000)
    do: Verb
    to: Id | Literal["low", "normal", "high", "urgent"] | None = None
    name: str = Field("", max_length=60)
    until: Moment | None = None


class LeftOut(Schema):
    """A conversation that stays as it is, and why."""

    conversation_id: int
    why: str


class ChangeOut(Schema):
    """What became of a change. ``undo_until``: no later can it be taken back."""

    id: int
    state: str
    words: str
    total: int
    done: int
    already: int
    refused: int
    taken_back: int
    kept: int
    left_out: list[LeftOut]
    undo_until: datetime | None

    @staticmethod
    def of(change: Change, *, seen_by: Member) -> "ChangeOut":
        """A change as the API shows one; the first hundred left out are named."""
        told = report(change, seen_by=seen_by, named=100)
        number = {outcome: told.found[outcome] for outcome in Changed.Outcome}
        return ChangeOut(
            id=change.pk,
            state=change.state,
            words=told.words,
            total=change.total,
            done=number[Changed.Outcome.DONE],
            already=number[Changed.Outcome.ALREADY],
            refused=number[Changed.Outcome.REFUSED],
            taken_back=number[Changed.Outcome.TAKEN_BACK],
            kept=number[Changed.Outcome.KEPT],
            left_out=[LeftOut(conversation_id=one.pk, why=why) for one, why in told.kept],
            undo_until=told.undo_until,
        )
