"""The systems that are told, in the API."""

from datetime import datetime

from ninja import Field, Schema

from cornbread.automation.models import Endpoint, Message


class WebhookIn(Schema):
    """A system to tell."""

    name: str = Field(max_length=80)
    url: str = Field(max_length=1000, examples=["https://example.org/hooks/cornbread"])


class WebhookOut(Schema):
    """A system that is told, and how that goes."""

    id: int
    name: str
    url: str
    active: bool
    sent: int
    waiting: int
    stuck: int

    @staticmethod
    def of(one: Endpoint) -> "WebhookOut":
        """A system as queries read one."""
        return WebhookOut(
            id=one.pk,
            name=one.name,
            url=one.url,
            active=one.active,
            sent=getattr(one, "sent", 0),
            waiting=getattr(one, "waiting", 0),
            stuck=getattr(one, "stuck", 0),
        )


class NewWebhookOut(WebhookOut):
    """The same with its secret, which is shown this once."""

    secret: str


class WebhookMessageOut(Schema):
    """Something a system was told. ``uncertain``: nobody knows whether it arrived."""

    id: int
    uid: str
    state: str
    attempts: int
    status: int | None
    trouble: str
    created_at: datetime
    sent_at: datetime | None

    @staticmethod
    def of(one: Message) -> "WebhookMessageOut":
        """A message as the API shows one."""
        return WebhookMessageOut(
            id=one.pk,
            uid=one.uid,
            state=one.state,
            attempts=one.attempts,
            status=one.status,
            trouble=one.trouble,
            created_at=one.created_at,
            sent_at=one.sent_at,
        )


class WebhookMessagesPage(Schema):
    """A page of what a system was told, newest first."""

    items: list[WebhookMessageOut]
    next: str | None
