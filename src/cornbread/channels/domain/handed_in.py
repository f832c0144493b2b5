"""Posts that somebody hands us as JSON, in our own words: webhooks and the API share this shape.

Decoded in two steps, so that every post keeps its own bytes as payload and a fault is told with
the place of the post it is in.
"""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from cornbread.channels.domain.posts import (
    Attachment,
    Author,
    HeardDeletion,
    HeardPost,
    Visibility,
)

#: Posts, and deletions, in one message.
MOST = 1000
#: Clocks differ; a post that is dated later than this was dated wrongly.
AHEAD = timedelta(minutes=5)
#: Faults that are told; whoever has more has made the same one everywhere.
_MOST_FAULTS = 20

Id = Annotated[str, Meta(min_length=1, max_length=300)]
Name = Annotated[str, Meta(max_length=300)]
Moment = Annotated[datetime, Meta(tz=True)]
Url = Annotated[str, Meta(max_length=1000, pattern=r"^(https?://\S+)?$")]


class AuthorJson(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote a post. ``id`` never changes; ``handle`` is the id where none is given."""

    id: Id
    handle: Name = ""
    name: Name = ""
    url: Url = ""
    avatar_url: Url = ""
    followers: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    automated: bool = False


class AttachmentJson(msgspec.Struct, frozen=True, kw_only=True):
    """A picture, video, sound or file; only its address is kept."""

    url: Url
    kind: Annotated[str, Meta(max_length=20)] = "file"
    preview_url: Url = ""
    description: Annotated[str, Meta(max_length=2000)] = ""


class PostJson(msgspec.Struct, frozen=True, kw_only=True):
    """One post. ``addressed`` false leaves it to the watches whether it is kept."""

    id: Id
    author: AuthorJson
    text: Annotated[str, Meta(max_length=100_000)]
    created_at: Moment
    edited_at: Moment | None = None
    in_reply_to: Name | None = None
    addressed: bool = True
    ours: bool = False
    direct: bool = False
    repost: bool = False
    url: Url = ""
    lang: Annotated[str, Meta(max_length=12)] | None = None
    links: Annotated[tuple[Url, ...], Meta(max_length=50)] = ()
    attachments: Annotated[tuple[AttachmentJson, ...], Meta(max_length=20)] = ()


class DeletionJson(msgspec.Struct, frozen=True, kw_only=True):
    """A post that was taken back."""

    id: Id
    deleted_at: Moment


class _Message(msgspec.Struct, frozen=True, kw_only=True):
    posts: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=MOST)] = ()
    deletions: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=MOST)] = ()


class Unusable(ValueError):
    """A message that is refused whole. ``faults`` maps places such as ``posts[3]`` to sentences;
    it is empty where the message is no JSON at all.
    """

    def __init__(self, sentence: str, faults: dict[str, str]) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.faults = faults


_FAULT = (msgspec.DecodeError, ValueError)
_message = msgspec.json.Decoder(_Message)
_post = msgspec.json.Decoder(PostJson)
_deletion = msgspec.json.Decoder(DeletionJson)


def read(body: bytes, now: datetime) -> tuple[tuple[HeardPost, ...], tuple[HeardDeletion, ...]]:
    """The posts and deletions of a message, all of them; raises Unusable.

    A message is taken whole or not at all, so that its sender can mend it and send it again.
    """
    try:
        message = _message.decode(body)
    except msgspec.ValidationError as wrong:
        sentence, place = _told(wrong, "")
        raise Unusable("The message cannot be used.", {place or "body": sentence}) from wrong
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise Unusable("The body is not JSON in UTF-8.", {}) from broken
    faults: dict[str, str] = {}
    posts = []
    for index, raw in enumerate(message.posts):
        try:
            posts.append(_heard(bytes(raw), now))
        except _FAULT as wrong:
            _add(faults, wrong, f"posts[{index}]")
    deletions = []
    for index, raw in enumerate(message.deletions):
        try:
            gone = _deletion.decode(raw)
            deletions.append(HeardDeletion(external_id=gone.id, deleted_at=gone.deleted_at))
        except _FAULT as wrong:
            _add(faults, wrong, f"deletions[{index}]")
    if faults:
        count = len(message.posts) + len(message.deletions)
        raise Unusable(f"Nothing was taken: mend it and send all {count} again.", faults)
    return tuple(posts), tuple(deletions)


def reparse(raw: bytes) -> HeardPost | None:
    """A post that was kept, read again; None where these are not bytes of this shape."""
    try:
        return _heard(raw, None)
    except _FAULT:
        return None


def _heard(raw: bytes, now: datetime | None) -> HeardPost:
    post = _post.decode(raw)
    if now is not None and post.created_at > now + AHEAD:
        raise ValueError("The post is dated in the future - at `$.created_at`")
    author = post.author
    return HeardPost(
        external_id=post.id,
        author=Author(
            external_id=author.id,
            handle=author.handle or author.id,
            name=author.name,
            url=author.url,
            avatar_url=author.avatar_url,
            followers=author.followers,
            automated=author.automated,
        ),
        text=post.text,
        created_at=post.created_at,
        ours=post.ours,
        addressed=post.addressed and not post.ours,
        in_reply_to=post.in_reply_to or None,
        visibility=Visibility.DIRECT if post.direct else Visibility.PUBLIC,
        url=post.url,
        lang=post.lang,
        edited_at=post.edited_at,
        attachments=tuple(
            Attachment(
                kind=one.kind,
                url=one.url,
                preview_url=one.preview_url,
                description=one.description,
            )
            for one in post.attachments
        ),
        links=post.links,
        repost=post.repost,
        raw=raw,
    )


def _add(faults: dict[str, str], wrong: Exception, where: str) -> None:
    if len(faults) < _MOST_FAULTS:
        sentence, place = _told(wrong, where)
        faults[place] = sentence


def _told(wrong: Exception, where: str) -> tuple[str, str]:
    """The decoder's words as sentence and place: it puts the place behind, as ``at `$.text```."""
    words, _, path = str(wrong).partition(" - at `$")
    return f"{words}.", f"{where}{path.rstrip('`')}".lstrip(".")
