"""Shapes of listening in the API."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from cornbread.channels.domain.handed_in import MOST
from cornbread.listening.domain.query import MAX_LENGTH
from cornbread.listening.models import Mention, Watch, Wave
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


_Url = Annotated[str, Field(max_length=1000, pattern=r"^(https?://\S+)?$")]


class AuthorIn(Schema):
    """Who wrote a post. ``id`` never changes; ``handle`` is the id where none is given."""

    id: str = Field(min_length=1, max_length=300)
    handle: str = Field("", max_length=300)
    name: str = Field("", max_length=300)
    url: _Url = ""
    avatar_url: _Url = ""
    followers: int | None = Field(None, ge=0, le=2**53)
    automated: bool = False


class AttachmentIn(Schema):
    """A picture, video, sound or file; only its address is kept."""

    url: _Url
    kind: str = Field("file", max_length=20)
    preview_url: _Url = ""
    description: str = Field("", max_length=2000)


class PostIn(Schema):
    """One post. Where ``addressed`` is false, the watches decide whether it is kept."""

    id: str = Field(min_length=1, max_length=300)
    author: AuthorIn
    text: str = Field(max_length=100_000)
    created_at: Moment
    edited_at: Moment | None = None
    in_reply_to: str | None = Field(None, max_length=300)
    addressed: bool = True
    ours: bool = False
    direct: bool = False
    repost: bool = False
    url: _Url = ""
    lang: str | None = Field(None, max_length=12)
    links: list[_Url] = Field([], max_length=50)
    attachments: list[AttachmentIn] = Field([], max_length=20)


class DeletionIn(Schema):
    """A post that was taken back."""

    id: str = Field(min_length=1, max_length=300)
    deleted_at: Moment


class BatchIn(Schema):
    """Many posts at once, and posts that were taken back. All are taken or none."""

    integration: str = Field("API", max_length=80)
    posts: list[PostIn] = Field([], max_length=MOST)
    deletions: list[DeletionIn] = Field([], max_length=MOST)


class AcceptedOut(Schema):
    """How many posts and deletions are stored, to be taken in within a second."""

    accepted: int


class WaveOut(Schema):
    """Posts that say the same in nearly the same words; list them with `/mentions?wave=`."""

    id: int
    size: int
    first_at: datetime
    last_at: datetime

    @staticmethod
    def of(wave: Wave) -> "WaveOut":
        """A wave as the API shows one."""
        return WaveOut(id=wave.pk, size=wave.size, first_at=wave.first_at, last_at=wave.last_at)


class MentionOut(Schema):
    """A post that was kept.

    ``links`` are addresses beside the text, and where shortened ones lead. ``late`` says that it
    was heard long after it was posted. ``wave`` counts the posts that are alike.
    """

    id: int
    channel_id: int
    external_id: str
    author: str
    handle: str
    text: str
    lang: str
    url: str
    links: list[str]
    repost: bool
    late: bool
    wave: WaveOut | None
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
            links=mention.links,
            repost=mention.repost,
            late=mention.late,
            wave=WaveOut.of(mention.wave) if mention.wave else None,
            posted_at=mention.posted_at,
        )


class MentionsPage(Schema):
    """A page of mentions, newest first."""

    items: list[MentionOut]
    next: str | None


PreviewOut.model_rebuild()
