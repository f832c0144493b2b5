"""Reading the lists of a server completely and in order, so that nothing between is missed."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from cornbread.channels.domain.posts import HeardPost
from cornbread.channels.networks.mastodon.api import Api, Params
from cornbread.channels.networks.mastodon.payloads import (
    ConversationJson,
    Listener,
    NotificationJson,
    each,
    heard,
    id_key,
)

PAGE = 40
#: How many pages are read back when a channel is new.
FIRST_PAGES = 5


class Row(NamedTuple):
    """One entry of a list: the id by which it is paged, and the post in it, if any."""

    id: str
    post: HeardPost | None


class _IdJson(msgspec.Struct, frozen=True):
    id: str


class Source(ABC):
    """One list: mentions, own statuses or direct conversations."""

    path = ""
    params: Mapping[str, str | list[str]] = {}

    def __init__(self, api: Api, listener: Listener) -> None:
        self.api = api
        self.listener = listener

    @abstractmethod
    def rows(self, raw: list[msgspec.Raw]) -> list[Row]:
        """The entries of a page; those that cannot be read are left out."""

    def after(self, cursor: str) -> Iterator[list[Row]]:
        """Pages newer than the cursor, the oldest first, each sorted by age."""
        while True:
            page = self._page({"min_id": cursor})
            fresh = [row for row in page if id_key(row.id) > id_key(cursor)]
            # A server that does not know min_id repeats its newest page: that ends here too.
            if not fresh:
                return
            yield fresh
            cursor = fresh[-1].id

    def since(self, floor: datetime) -> list[Row]:
        """The newest entries, back to a moment or for a few pages, the oldest first."""
        found: dict[str, Row] = {}
        oldest = ""
        for _ in range(FIRST_PAGES):
            page = self._page({"max_id": oldest} if oldest else {})
            found.update((row.id, row) for row in page)
            if not page or _is_before(page[0], floor) or page[0].id == oldest:
                break
            oldest = page[0].id
        rows = sorted(found.values(), key=lambda row: id_key(row.id))
        return [row._replace(post=None) if _is_before(row, floor) else row for row in rows]

    def _page(self, position: Mapping[str, str]) -> list[Row]:
        params: Params = {**self.params, **position, "limit": str(PAGE)}
        return sorted(self.rows(self.api.rows(self.path, params)), key=lambda row: id_key(row.id))


class Mentions(Source):
    """Notifications that somebody named us: public posts and direct messages alike."""

    path = "/api/v1/notifications"
    # Since 4.3 servers hide direct messages of strangers unless they are asked for.
    params = {"types[]": ["mention"], "include_filtered": "true"}

    def rows(self, raw: list[msgspec.Raw]) -> list[Row]:
        """Paged by the notification's id, which grows with its arrival."""
        return [
            Row(found.id, mention_of(found, self.listener)) for found in each(raw, NotificationJson)
        ]


class OwnStatuses(Source):
    """What the connected account said, wherever it was typed."""

    params = {"exclude_reblogs": "true"}

    def __init__(self, api: Api, listener: Listener) -> None:
        super().__init__(api, listener)
        self.path = f"/api/v1/accounts/{listener.account_id}/statuses"

    def rows(self, raw: list[msgspec.Raw]) -> list[Row]:
        """Paged by the status's id."""
        return status_rows(raw, self.listener)


class Conversations(Source):
    """Direct messages by thread: hears those whose notification was muted."""

    path = "/api/v1/conversations"

    def rows(self, raw: list[msgspec.Raw]) -> list[Row]:
        """Paged by the id of the newest status of each thread."""
        return status_rows(
            [thread.last_status for thread in each(raw, ConversationJson)], self.listener
        )


def status_rows(raw: list[msgspec.Raw], listener: Listener) -> list[Row]:
    """Statuses as rows; those that cannot be read are left out."""
    return [
        Row(_id_of(status), heard(bytes(status), listener))
        for status in raw
        if bytes(status) != b"null" and _id_of(status)
    ]


def mention_of(notification: NotificationJson, listener: Listener) -> HeardPost | None:
    """The post that names us; other kinds of notifications say nothing."""
    if notification.type != "mention" or bytes(notification.status) == b"null":
        return None
    post = heard(bytes(notification.status), listener)
    if post is None or post.ours:
        return post
    return msgspec.structs.replace(post, addressed=True)


def _id_of(status: msgspec.Raw) -> str:
    found = each([status], _IdJson)
    return found[0].id if found else ""


def _is_before(row: Row, floor: datetime) -> bool:
    return row.post is not None and row.post.created_at < floor
