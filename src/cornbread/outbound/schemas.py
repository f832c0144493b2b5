"""Shapes of what we send in the API."""

from datetime import datetime
from typing import Annotated

from ninja import Field, Schema

from cornbread.outbound.domain.canned import MOST_TEXT, MOST_TITLE
from cornbread.outbound.models import CannedResponse, Delivery
from cornbread.team.schemas import Id


class DeliveryOut(Schema):
    """A post of ours and where it stands. ``uncertain`` means that nobody knows: look there."""

    id: int
    context: str
    state: str
    text: str
    visibility: str
    attempts: int
    trouble_code: str
    trouble: str
    retry_at: datetime | None
    external_id: str
    url: str
    sent_at: datetime | None
    by: int

    @staticmethod
    def of(delivery: Delivery) -> "DeliveryOut":
        """A delivery as the API shows one."""
        return DeliveryOut(
            id=delivery.pk,
            context=delivery.context,
            state=delivery.state,
            text=delivery.text,
            visibility=delivery.visibility,
            attempts=delivery.attempts,
            trouble_code=delivery.trouble_code,
            trouble=delivery.trouble,
            retry_at=delivery.retry_at,
            external_id=delivery.external_id,
            url=delivery.url,
            sent_at=delivery.sent_at,
            by=delivery.by_id,
        )


class ConfirmIn(Schema):
    """That a person saw the message on the network; its id there, when known."""

    external_id: str = Field("", max_length=300)


class CannedIn(Schema):
    """A canned response as it is written. No ``team_id``: everybody's; no kinds: all networks."""

    shortcut: str = Field(max_length=41)
    title: str = Field(max_length=MOST_TITLE)
    text: str = Field(max_length=MOST_TEXT)
    lang: str = Field("", max_length=12)
    channel_kinds: list[Annotated[str, Field(max_length=20)]] = Field([], max_length=20)
    team_id: Id | None = None
    shared: bool = False


class CannedOut(Schema):
    """A canned response. ``shared``: partners may use it too, where it is everybody's."""

    id: int
    shortcut: str
    title: str
    text: str
    lang: str
    channel_kinds: list[str]
    team_id: int | None
    shared: bool
    archived: bool
    times_used: int
    last_used_at: datetime | None
    changed_at: datetime

    @staticmethod
    def of(one: CannedResponse) -> "CannedOut":
        """A canned response as the API shows one."""
        return CannedOut(
            id=one.pk,
            shortcut=one.shortcut,
            title=one.title,
            text=one.text,
            lang=one.lang,
            channel_kinds=one.channel_kinds,
            team_id=one.team_id,
            shared=one.shared,
            archived=one.archived_at is not None,
            times_used=one.times_used,
            last_used_at=one.last_used_at,
            changed_at=one.changed_at,
        )


class RenderedOut(Schema):
    """A text filled in for one conversation. ``gaps``: what has to be filled in by hand."""

    text: str
    gaps: list[str]
