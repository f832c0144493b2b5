"""Replies, messages and gestures, and the look-up of those whose outcome is unknown."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote

import msgspec

from cornbread.channels.contract import Account
from cornbread.channels.domain.posts import Author, OutgoingPost, SentPost, Visibility
from cornbread.channels.domain.trouble import OutcomeUncertain, Rejected
from cornbread.channels.networks.mastodon.api import Api
from cornbread.channels.networks.mastodon.payloads import (
    StatusJson,
    decode,
    each,
    id_key,
    moment,
    visibility_of,
)
from cornbread.channels.networks.mastodon.sources import PAGE
from cornbread.channels.networks.mastodon.text import clean, same_text, to_text
from cornbread.foundation.clock import now

#: How much the clocks of the instance and of this machine may differ.
SKEW = timedelta(minutes=5)
#: Without the time of a first attempt, a post is looked for this far back.
LOOK_BACK = timedelta(hours=1)
#: How many pages of our own posts are read before the answer is "cannot be known".
MOST_PAGES = 5
_LANG = re.compile(r"[a-z]{2,3}")


class _SourceJson(msgspec.Struct, frozen=True):
    text: str = ""


class MastodonSender:
    """Speaks as the connected account."""

    def __init__(self, api: Api, account: Account) -> None:
        self._api = api
        self._account = account

    def send(self, post: OutgoingPost) -> SentPost:
        """Post it once: the idempotency key makes a repetition within an hour harmless."""
        words = self._words(post)
        body: dict[str, str] = {"status": words, "visibility": self._visibility(post)}
        if post.in_reply_to:
            body["in_reply_to_id"] = post.in_reply_to
        if post.lang and _LANG.fullmatch(post.lang):
            body["language"] = post.lang
        raw = self._api.create("/api/v1/statuses", body, post.idempotency_key)
        try:
            return _sent(decode(raw, StatusJson), raw)
        except ValueError as trouble:
            raise OutcomeUncertain("The instance took the post but answered nonsense.") from trouble

    def find(self, post: OutgoingPost) -> SentPost | None:
        """Look among our own posts for one in the same place with the same words."""
        words = self._words(post)
        for status, raw in self._own_since((post.first_attempt_at or now() - LOOK_BACK) - SKEW):
            if status.in_reply_to_id != post.in_reply_to:
                continue
            if visibility_of(status.visibility) is post.visibility and self._says(status, words):
                return _sent(status, raw)
        return None

    def favourite(self, external_id: str) -> None:
        """Mark a post as a favourite. Safe to repeat."""
        self._api.act(f"/api/v1/statuses/{quote(external_id, safe='')}/favourite")

    def boost(self, external_id: str) -> None:
        """Share a post with our followers. Safe to repeat."""
        self._api.act(f"/api/v1/statuses/{quote(external_id, safe='')}/reblog")

    def follow(self, author: Author) -> None:
        """Follow an account. Safe to repeat."""
        self._api.act(f"/api/v1/accounts/{quote(author.external_id, safe='')}/follow")

    def _words(self, post: OutgoingPost) -> str:
        """The text with the recipient named: on Mastodon only a mention reaches somebody."""
        words = clean(post.text)
        if post.to is None:
            if post.visibility is Visibility.DIRECT and "@" not in words:
                raise Rejected("A direct message has to name the person it is for.")
            return words
        host = self._account.handle.partition("@")[2]
        return words if names(words, post.to, host) else f"@{acct_of(post.to, host)} {words}"

    def _visibility(self, post: OutgoingPost) -> str:
        if post.visibility is Visibility.DIRECT:
            return "direct"
        quiet = self._account.settings.get("reply_visibility") == "unlisted"
        return "unlisted" if quiet else "public"

    def _own_since(self, earliest: datetime) -> Iterator[tuple[StatusJson, bytes]]:
        path = f"/api/v1/accounts/{quote(self._account.external_id, safe='')}/statuses"
        older: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            rows = self._api.rows(path, {"limit": str(PAGE), "exclude_reblogs": "true", **older})
            page = [(status, bytes(raw)) for raw in rows for status in each([raw], StatusJson)]
            if not page:
                return
            recent = [row for row in page if _written(row[0]) >= earliest]
            yield from recent
            if len(recent) < len(page):
                return
            older = {"max_id": min((status.id for status, _ in page), key=id_key)}
        raise OutcomeUncertain("There are too many newer posts to find this one among them.")

    def _says(self, status: StatusJson, words: str) -> bool:
        if same_text(to_text(status.content or ""), words):
            return True
        # Some servers render Markdown; the source is what was sent, where it is offered.
        source = self._api.get_if_there(f"/api/v1/statuses/{quote(status.id, safe='')}/source")
        try:
            return source is not None and same_text(decode(source, _SourceJson).text, words)
        except ValueError:
            return False


def acct_of(author: Author, host: str) -> str:
    """How an instance names an account: its own people without their host."""
    return author.handle.removesuffix(f"@{host}")


def names(words: str, author: Author, host: str) -> bool:
    """Whether a text mentions an account; the short form only reaches people of the instance."""
    user, _, home = author.handle.partition("@")
    full = f"(?:@{re.escape(home)})" + ("?" if home == host else "")
    pattern = rf"(?<![\w/@])@{re.escape(user)}{full}(?![\w@-]|\.\w)"
    return re.search(pattern, words, re.IGNORECASE) is not None


def _written(status: StatusJson) -> datetime:
    # A time that cannot be read must not end the search.
    return moment(status.created_at) or now()


def _sent(status: StatusJson, raw: bytes) -> SentPost:
    return SentPost(
        external_id=status.id,
        created_at=_written(status),
        url=clean(status.url or status.uri or ""),
        text=to_text(status.content or ""),
        raw=raw,
    )
