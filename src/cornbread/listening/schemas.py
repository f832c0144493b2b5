"""Shapes of listening in the API."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

from cornbread.listening.domain.query import MAX_LENGTH
from cornbread.listening.models import Mention, Watch
from cornbread.team.schemas import Moment


class WatchOut(Schema):
    """A saved listening query."""

    id: int
    name: str
    query: str
    purpose: str
    topic: str
    to_inbox: bool
    active: bool
    caught: int

    @staticmethod
    def of(watch: Watch) -> "WatchOut":
        """A watch as the API shows one; ``caught`` is counted by the query that read it."""
        return WatchOut(
            id=watch.pk,
            name=watch.name,
            query=watch.query,
            purpose=watch.purpose,
            topic=watch.topic,
            to_inbox=watch.to_inbox,
            active=watch.active,
            caught=getattr(watch, "caught", 0),
        )


class WatchIn(Schema):
    """What to listen for. See the query language in the documentation."""

    name: str = Field(max_length=120)
    query: str = Field(max_length=MAX_LENGTH)
    purpose: Literal["brand", "competitor", "topic"] = "brand"
    topic: str = Field("", max_length=120)
    to_inbox: bool = True
    active: bool = True


class QueryIn(Schema):
    """A query to try out."""

    query: str = Field(max_length=MAX_LENGTH)


class PreviewOut(Schema):
    """What a query would have caught of the posts kept last."""

    of: int
    caught: int
    examples: list["MentionOut"]


class MentionIn(Schema):
    """A post from your own integration. ``external_id`` is unique within ``integration``."""

    integration: str = Field(max_length=80)
    external_id: str = Field(min_length=1, max_length=300)
    author_id: str = Field(min_length=1, max_length=300)
    author_handle: str = Field("", max_length=300)
    author_name: str = Field("", max_length=300)
    text: str = Field(max_length=100_000)
    created_at: Moment
    in_reply_to: str | None = Field(None, max_length=300)
    ours: bool = False
    direct: bool = False
    url: str = Field("", max_length=1000)
    lang: str | None = Field(None, max_length=12)


class MentionOut(Schema):
    """A post that was kept."""

    id: int
    channel_id: int
    external_id: str
    author: str
    handle: str
    text: str
    lang: str
    url: str
    posted_at: datetime

    @staticmethod
    def of(mention: Mention) -> "MentionOut":
        """A mention as the API shows one."""
        return MentionOut(
            id=mention.pk,
            channel_id=mention.channel_id,
            external_id=mention.external_id,
            author=mention.identity.name,
            handle=mention.identity.handle,
            text=mention.text,
            lang=mention.lang,
            url=mention.url,
            posted_at=mention.posted_at,
        )


class MentionsPage(Schema):
    """A page of mentions, newest first."""

    items: list[MentionOut]
    next: str | None


PreviewOut.model_rebuild()
