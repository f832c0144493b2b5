"""What a Mastodon server says, and how it reads in our words. Pure: bytes in, values out.

The structs name only what is used and are lenient, because many servers speak this API
(GoToSocial, Pleroma, Pixelfed …) and leave things out.
"""

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from cornbread.channels.domain.posts import Attachment, Author, HeardPost, Visibility
from cornbread.channels.networks.mastodon.text import clean, to_text

logger = logging.getLogger(__name__)
T = TypeVar("T")


class AccountJson(msgspec.Struct, frozen=True, kw_only=True):
    """An account as embedded in statuses and as given by verify_credentials."""

    id: str
    acct: str = ""
    username: str = ""
    display_name: str | None = None
    url: str | None = None
    avatar: str | None = None
    followers_count: int | None = None
    bot: bool | None = None


class MentionJson(msgspec.Struct, frozen=True, kw_only=True):
    """One account that a status names."""

    id: str
    acct: str = ""
    username: str = ""
    url: str | None = None


class AttachmentJson(msgspec.Struct, frozen=True, kw_only=True):
    """One attached file."""

    type: str = "unknown"
    url: str | None = None
    remote_url: str | None = None
    preview_url: str | None = None
    description: str | None = None


class CardJson(msgspec.Struct, frozen=True, kw_only=True):
    """The preview of a page that a status links to; its address is where the link led."""

    url: str | None = None


class StatusJson(msgspec.Struct, frozen=True, kw_only=True):
    """A status. ``reblog`` is kept raw: a boost says nothing of its own."""

    id: str
    account: AccountJson
    created_at: str
    content: str | None = None
    spoiler_text: str | None = None
    visibility: str = ""
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    url: str | None = None
    uri: str | None = None
    language: str | None = None
    edited_at: str | None = None
    mentions: list[MentionJson] | None = None
    media_attachments: list[AttachmentJson] | None = None
    card: CardJson | None = None
    reblog: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def is_boost(self) -> bool:
        """Whether this only passes on somebody else's status."""
        return bytes(self.reblog) != b"null"


class NotificationJson(msgspec.Struct, frozen=True, kw_only=True):
    """A notification; ``status`` stays raw so that it is kept as it was received."""

    id: str
    type: str = ""
    status: msgspec.Raw = msgspec.Raw(b"null")


class ConversationJson(msgspec.Struct, frozen=True, kw_only=True):
    """A thread of direct messages with its newest one."""

    id: str
    last_status: msgspec.Raw = msgspec.Raw(b"null")


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """Who is listening: our own account id, and the host that completes local handles."""

    account_id: str
    host: str


def decode(content: bytes, kind: type[T]) -> T:
    """Decode strictly, or after repair when strings carry lone surrogates or broken UTF-8.

    Raises ValueError when it is not JSON of this shape at all.
    """
    try:
        return msgspec.json.decode(content, type=kind, strict=False)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        try:
            loose = json.loads(content.decode("utf-8", "replace"))
            mended = json.dumps(loose, ensure_ascii=False).encode("utf-8", "replace")
            return msgspec.json.decode(mended, type=kind, strict=False)
        except (ValueError, RecursionError) as trouble:
            raise ValueError(f"unreadable answer: {type(trouble).__name__}") from trouble


def each(rows: Sequence[msgspec.Raw], kind: type[T]) -> list[T]:
    """Decode row by row; a row that cannot be read is logged and left out, never the page."""
    decoded: list[T] = []
    for row in rows:
        try:
            decoded.append(decode(bytes(row), kind))
        except ValueError:
            logger.warning("a %s of %d bytes could not be read", kind.__name__, len(bytes(row)))
    return decoded


def id_key(external_id: str) -> tuple[int, str]:
    """Order of ids: they are numbers too long for some languages, so they come as strings."""
    return (len(external_id), external_id)


def newest(*external_ids: str) -> str:
    """The highest of these ids; empty strings count as nothing."""
    return max(external_ids, key=id_key, default="")


def moment(stamp: str | None) -> datetime | None:
    """An ISO 8601 time in UTC, or None when there is none or it cannot be read."""
    if not stamp:
        return None
    try:
        read = datetime.fromisoformat(stamp)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def full_handle(acct: str, host: str) -> str:
    """``user@host``: accounts of the instance itself come without their host."""
    return acct if "@" in acct else f"{acct}@{host}"


def visibility_of(word: str) -> Visibility:
    """Public only what everybody can read.

    Followers-only ("private") posts, and words that some server invents ("limited"), count as
    direct: an answer to them must not be shown to everybody.
    """
    return Visibility.PUBLIC if word in ("public", "unlisted") else Visibility.DIRECT


def author_of(account: AccountJson, host: str) -> Author:
    """The author of a status in our words."""
    return Author(
        external_id=account.id,
        handle=clean(full_handle(account.acct or account.username, host)),
        name=clean(account.display_name or "").strip(),
        url=clean(account.url or ""),
        avatar_url=clean(account.avatar or ""),
        followers=account.followers_count,
        automated=bool(account.bot),
    )


def heard(raw: bytes, listener: Listener) -> HeardPost | None:
    """A status as a heard post; None for boosts and for what cannot be read."""
    try:
        status = decode(raw, StatusJson)
    except ValueError:
        logger.warning("a status of %d bytes could not be read", len(raw))
        return None
    created_at = moment(status.created_at)
    # Without ids of its own and of its author, it would be taken for any other such post.
    nameless = not status.id or not status.account.id
    if status.is_boost or created_at is None or nameless:
        return None
    mentions = status.mentions or []
    return HeardPost(
        external_id=status.id,
        author=author_of(status.account, listener.host),
        text=_text_of(status),
        created_at=created_at,
        ours=status.account.id == listener.account_id,
        addressed=_is_for_us(status, mentions, listener),
        in_reply_to=status.in_reply_to_id,
        visibility=visibility_of(status.visibility),
        addressed_to=tuple(clean(full_handle(m.acct, listener.host)) for m in mentions),
        url=clean(status.url or status.uri or ""),
        lang=status.language,
        edited_at=moment(status.edited_at),
        attachments=_attachments_of(status),
        links=_links_of(status),
        raw=raw,
    )


def _is_for_us(status: StatusJson, mentions: list[MentionJson], listener: Listener) -> bool:
    named = any(mention.id == listener.account_id for mention in mentions)
    answered = status.in_reply_to_account_id == listener.account_id
    return (named or answered) and status.account.id != listener.account_id


def _text_of(status: StatusJson) -> str:
    text = to_text(status.content or "")
    # The content warning is often the only place where the topic is named.
    warning = clean(status.spoiler_text or "").strip()
    return f"{warning}\n\n{text}".strip() if warning else text


def _links_of(status: StatusJson) -> tuple[str, ...]:
    """Addresses that the text does not show: links of the text are written out there in full."""
    address = clean((status.card and status.card.url) or "").strip()
    return (address,) if address.lower().startswith(("http://", "https://")) else ()


def _attachments_of(status: StatusJson) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            kind=clean(attached.type),
            url=clean(attached.url or attached.remote_url or ""),
            preview_url=clean(attached.preview_url or ""),
            description=clean(attached.description or ""),
        )
        for attached in status.media_attachments or []
        if attached.url or attached.remote_url
    )
