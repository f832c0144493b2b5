"""From the bytes of a feed to heard posts. Pure: nothing is fetched here, and nothing crashes."""

import calendar
import hashlib
import io
import re
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import feedparser
import msgspec

from cornbread.channels.domain.posts import Attachment, Author, HeardPost
from cornbread.channels.domain.trouble import ChannelTrouble
from cornbread.channels.networks.feed import keeping
from cornbread.channels.networks.feed.text import from_html, hrefs, one_line, plain

#: More entries than this in one fetch are left to whoever wrote them.
MOST_ENTRIES = 1000
_LONGEST_ID = 200
_LONGEST_URL = 1000
_MOST_ATTACHMENTS = 8
_MOST_LINKS = 20
_MAIL_AND_NAME = re.compile(r"[^\s@]+@[^\s@]+ \(([^()]+)\)$")
_HOURS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}


class NotAFeed(ChannelTrouble):
    """What came is neither RSS nor Atom."""

    code = "not_a_feed"


class ParsedFeed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed as read: its posts in the order of the feed, and how many could not be read."""

    title: str
    url: str
    posts: tuple[HeardPost, ...]
    skipped: int = 0
    #: How long the feed asks readers to wait, in seconds; None when it does not say.
    ttl_s: float | None = None


def parse(content: bytes, *, url: str, content_type: str, now: datetime) -> ParsedFeed:
    """Read a feed; raises NotAFeed. An entry that cannot be read is skipped and counted."""
    headers = {"content-type": content_type, "content-location": url}
    try:
        # As a stream: bytes themselves would be tried as the name of a local file.
        found: Any = feedparser.parse(io.BytesIO(content), response_headers=headers)
        feed, entries = found.get("feed", {}), found.get("entries", [])
        version = found.get("version")
    except Exception as broken:  # the parser promises nothing about hostile input
        raise NotAFeed("The feed cannot be read: its markup is broken.") from broken
    if not version and not entries:
        raise NotAFeed("This address does not lead to an RSS or Atom feed.")
    posts: dict[str, HeardPost] = {}
    skipped = 0
    for entry in entries[:MOST_ENTRIES]:
        try:
            post = _post(entry, feed, url, now)
        except Exception:  # one bad entry must not hide the good ones
            skipped += 1
            continue
        posts.setdefault(post.external_id, post)
    return ParsedFeed(
        title=one_line(_text(feed, "title"), 120),
        url=_web(_string(feed.get("link"))),
        posts=tuple(posts.values()),
        skipped=skipped,
        ttl_s=_ttl(feed),
    )


def reparse(raw: bytes, *, now: datetime) -> HeardPost | None:
    """A post of its payload, read again; None where the payload does not hold all of the entry."""
    found = keeping.restored(raw)
    if found is None:
        return None
    entry, feed, url = found
    try:
        return _post(entry, feed, url, now)
    except Exception:  # the same hostile input as at first
        return None


def _post(entry: Mapping[str, Any], feed: Mapping[str, Any], url: str, now: datetime) -> HeardPost:
    title = one_line(_text(entry, "title"), 300)
    text = _joined(title, _body(entry))
    link = _web(_string(entry.get("link")))
    if not text and not link:
        raise ValueError("an entry without words and address says nothing")
    updated = _moment(entry, ("updated_parsed",), now)
    published = _moment(entry, ("published_parsed", "created_parsed"), now)
    created = published or updated or _moment(feed, ("updated_parsed", "published_parsed"), now)
    edited = updated if published and updated and updated > published else None
    return HeardPost(
        external_id=_id(_string(entry.get("id")) or link or f"{title}\n{text}"),
        author=_author(entry, feed, url),
        text=text or link,
        created_at=created or now,
        in_reply_to=_parent(entry),
        url=link,
        lang=_language(entry, feed),
        edited_at=edited,
        attachments=_attachments(entry),
        links=_links(entry, link),
        raw=keeping.kept(entry, feed, url),
    )


def _text(holder: Mapping[str, Any], name: str) -> str:
    """A title or summary as plain text, whatever type the feed declares."""
    return _plain_of(holder.get(f"{name}_detail") or {"value": holder.get(name)})


def _plain_of(detail: Mapping[str, Any]) -> str:
    value = _string(detail.get("value"))
    return plain(value) if detail.get("type") == "text/plain" else from_html(value)


def _body(entry: Mapping[str, Any]) -> str:
    contents = entry.get("content") or []
    texts = [_plain_of(content) for content in contents] + [_text(entry, "summary")]
    return max(texts, key=len)


def _joined(title: str, body: str) -> str:
    """Title and body; small blogs repeat the beginning of the post as its title."""
    start = " ".join(body.split()).casefold()
    if not title or start.startswith(title.rstrip("….").casefold()):
        return body or title
    return f"{title}\n\n{body}".strip()


def _id(value: str) -> str:
    value = value.strip()
    if len(value) <= _LONGEST_ID and plain(value) == value:
        return value
    return "sha256:" + hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


def _author(entry: Mapping[str, Any], feed: Mapping[str, Any], url: str) -> Author:
    detail = entry.get("author_detail") or feed.get("author_detail") or {}
    home = _web(_string(detail.get("href")))
    mail = _string(detail.get("email"))
    # RSS writes "ana@example.org (Ana)", which the parser cuts in the wrong place at times.
    written = _MAIL_AND_NAME.match(_string(entry.get("author")).strip())
    name = one_line(written[1] if written else _string(detail.get("name")) or mail, 200)
    if name or home:
        return Author(
            external_id=_id(home or name.casefold()), handle=name or home, name=name, url=home
        )
    title = one_line(_text(feed, "title"), 200) or urlsplit(url).netloc
    return Author(external_id="feed", handle=title, name=title, url=_web(_string(feed.get("link"))))


def _moment(holder: Mapping[str, Any], names: Iterable[str], now: datetime) -> datetime | None:
    """The first of these dates that is one; nothing was said later than now."""
    for name in names:
        # Only "in" tells: get() gives the date of publication for a missing date of update.
        value = holder.get(name) if name in holder else None
        if not isinstance(value, time.struct_time):
            continue
        try:
            moment = datetime.fromtimestamp(calendar.timegm(value), UTC)
        except (ValueError, OverflowError, OSError):
            continue
        if moment.year >= 1990:
            return min(moment, now)
    return None


def _parent(entry: Mapping[str, Any]) -> str | None:
    parent = entry.get("thr_in-reply-to")
    ref = _string(parent.get("ref")) if isinstance(parent, Mapping) else ""
    return _id(ref) if ref else None


def _language(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> str | None:
    details = (entry.get("title_detail") or {}, entry.get("summary_detail") or {}, feed)
    for detail in details:
        lang = _string(detail.get("language")).strip().lower().replace("_", "-")
        if lang and len(lang) <= 12 and lang.replace("-", "").isalnum():
            return lang
    return None


def _attachments(entry: Mapping[str, Any]) -> tuple[Attachment, ...]:
    found: dict[str, Attachment] = {}
    for item in [*(entry.get("enclosures") or []), *(entry.get("media_content") or [])]:
        url = _web(_string(item.get("href") or item.get("url")))
        kind = _string(item.get("type") or item.get("medium")).partition("/")[0]
        if url:
            known = kind if kind in {"image", "video", "audio"} else "file"
            found[url] = Attachment(kind=known, url=url)
    return tuple(found.values())[:_MOST_ATTACHMENTS]


def _links(entry: Mapping[str, Any], page: str) -> tuple[str, ...]:
    """Where the entry leads: its own page, pages it names, and the links in its text."""
    named = [
        _string(one.get("href"))
        for one in entry.get("links") or []
        if one.get("rel") in {"related", "via"}
    ]
    bodies = [*(entry.get("content") or []), entry.get("summary_detail") or {}]
    shown = [href for one in bodies for href in hrefs(_string(one.get("value")))]
    found = dict.fromkeys(filter(None, map(_web, [page, *named, *shown])))
    return tuple(found)[:_MOST_LINKS]


def _ttl(feed: Mapping[str, Any]) -> float | None:
    """Minutes of RSS's ttl, or the period of the syndication module, in seconds."""
    ttl = _string(feed.get("ttl")).strip()
    if ttl.isdecimal() and len(ttl) < 8:
        return timedelta(minutes=int(ttl)).total_seconds()
    hours = _HOURS.get(_string(feed.get("sy_updateperiod")).strip().lower())
    if hours is None:
        return None
    frequency = _string(feed.get("sy_updatefrequency")).strip()
    times = int(frequency) if frequency.isdecimal() and len(frequency) < 6 else 1
    return hours * 3600 / max(times, 1)


def _web(value: str) -> str:
    """An address of the web, or nothing: feeds also hold javascript: and worse."""
    value = value.strip()
    ok = value.lower().startswith(("http://", "https://")) and len(value) <= _LONGEST_URL
    return value if ok and plain(value) == value and " " not in value else ""


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
