"""The Mastodon REST API over our own HTTP client: requests in, bytes or ChannelTrouble out."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import quote

import msgspec

from cornbread.channels.contract import Account
from cornbread.channels.domain.trouble import (
    AccessLost,
    ChannelTrouble,
    OutcomeUncertain,
    Rejected,
    Unreachable,
)
from cornbread.channels.networks.mastodon.outcomes import (
    Quota,
    means_access_is_lost,
    sentence_of,
    trouble_of,
)
from cornbread.channels.networks.mastodon.payloads import decode
from cornbread.foundation.clock import now
from cornbread.foundation.http import HttpClient, HttpTrouble, LineStream, Refused, Response

Params = Mapping[str, str | Sequence[str]]

VERIFY = "/api/v1/accounts/verify_credentials"
#: A server that is quiet for this long is gone: heartbeats come every 15 seconds.
STREAM_IDLE_S = 60.0
_GONE = frozenset({404, 410})


class StreamNotOffered(ChannelTrouble):
    """This server has no live stream, so it can only be polled."""

    code = "stream_not_offered"


class AddressRefused(Rejected):
    """The address leads to where we do not go, for instance into the own network."""


class Api:
    """One instance as one account sees it. Safe to use from several threads."""

    def __init__(
        self,
        address: str,
        token: str = "",
        *,
        local: bool = False,
        streaming_url: str = "",
        timeout_s: float = 10.0,
        deadline_s: float = 20.0,
    ) -> None:
        self.address = address
        self.quota = Quota()
        self._streaming_url = streaming_url or address
        self._deadline_s = deadline_s
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = HttpClient(timeout=timeout_s, local=local)

    @classmethod
    def of(cls, account: Account) -> Self:
        """The API for a connected channel; ``timeout_s`` and ``deadline_s`` may be set for it."""
        settings = account.settings
        return cls(
            account.address,
            account.secret.get("token", ""),
            local=account.local,
            streaming_url=str(settings.get("streaming_url", "")),
            timeout_s=float(settings.get("timeout_s", 10.0)),
            deadline_s=float(settings.get("deadline_s", 20.0)),
        )

    def pause_s(self) -> float:
        """How long listening should wait so that replies are never held up by its requests."""
        return self.quota.wait_s(now())

    def get(self, path: str, params: Params | None = None) -> bytes:
        """Read something; raises ChannelTrouble."""
        return self._checked(self._ask("GET", path, params=params), path, once=False)

    def get_if_there(self, path: str, params: Params | None = None) -> bytes | None:
        """Read something, or None when the server says that it is not there."""
        answer = self._ask("GET", path, params=params)
        return None if answer.status in _GONE else self._checked(answer, path, once=False)

    def rows(self, path: str, params: Params | None = None) -> list[msgspec.Raw]:
        """Read a list, each entry as it was received."""
        return as_rows(self.get(path, params))

    def status(self, external_id: str) -> bytes | None:
        """One status as it is now, or None when it is gone or not for us to see."""
        return self.get_if_there(f"/api/v1/statuses/{quote(external_id, safe='')}")

    def act(self, path: str) -> bytes:
        """A gesture that may be repeated: its unknown outcome only means to try again."""
        return self._checked(self._ask("POST", path), path, once=False)

    def create(self, path: str, body: Mapping[str, Any], idempotency_key: str) -> bytes:
        """Make something that must exist once; raises OutcomeUncertain when nobody knows."""
        headers = {"Idempotency-Key": idempotency_key}
        answer = self._ask("POST", path, json=body, headers=headers, once=True)
        return self._checked(answer, path, once=True)

    def form(self, path: str, data: Mapping[str, str]) -> Response:
        """Send a form and give any answer; used by the OAuth flow, which knows its errors."""
        return self._ask("POST", path, data=data)

    def probe(self, path: str) -> Response:
        """Read something from what may not be such a server at all; gives any answer."""
        return self._ask("GET", path)

    @contextmanager
    def events(self) -> Iterator[LineStream]:
        """The live stream of this account, open and accepted.

        Raises StreamNotOffered, or Unreachable when it breaks; iterating the lines may raise
        HttpTrouble.
        """
        path = "/api/v1/streaming/user"
        url = self._streaming_url + path
        headers = {**self._headers, "Accept": "text/event-stream"}
        try:
            opened = self._http.stream_lines(
                "GET", url, headers=headers, idle_timeout_s=STREAM_IDLE_S
            )
            with opened as lines:
                self._check_stream(lines, path)
                yield lines
        except HttpTrouble as trouble:
            raise Unreachable(f"The live stream broke off: {trouble.message}") from trouble

    def _check_stream(self, lines: LineStream, path: str) -> None:
        kind = lines.headers.get("content-type", "")
        if lines.status == 200 and kind.startswith("text/event-stream"):
            return
        if lines.status in (400, 404, 405, 406, 410, 501) or lines.status < 400:
            raise StreamNotOffered("This instance offers no live stream.")
        if lines.status == 403:
            # Some servers keep strangers' software out of streaming; the token tells us more.
            self.get(VERIFY)
            raise StreamNotOffered("This instance does not let us use its live stream.")
        raise trouble_of(lines.status, lines.headers, b"", once=False, at=now())

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> Response:
        try:
            return self._http.request(
                method,
                self.address + path,
                headers={**self._headers, **(headers or {})},
                params=params,
                json=json,
                data=data,
                deadline_s=self._deadline_s,
                # A redirected POST would be repeated, or turned into a GET.
                follow_redirects=method == "GET",
            )
        except Refused as refused:
            raise AddressRefused(refused.message) from refused
        except HttpTrouble as trouble:
            kind = OutcomeUncertain if once and trouble.sent else Unreachable
            raise kind(trouble.message) from trouble

    def _checked(self, answer: Response, path: str, *, once: bool) -> bytes:
        self.quota.note(answer.headers)
        if answer.ok:
            return answer.content
        if answer.status == 403:
            raise self._refusal(answer.content, path)
        raise trouble_of(answer.status, answer.headers, answer.content, once=once, at=now())

    def _refusal(self, content: bytes, path: str) -> ChannelTrouble:
        """A 403 is either about this one request or about our access as a whole: ask which."""
        said = sentence_of(content)
        lost = means_access_is_lost(said) or path == VERIFY
        if not lost:
            lost = self._ask("GET", VERIFY).status in (401, 403)
        sentence = said or "The instance does not allow this."
        return AccessLost(sentence) if lost else Rejected(sentence)


def as_rows(content: bytes) -> list[msgspec.Raw]:
    """A JSON list, each entry as it was received; raises Unreachable when it is none."""
    try:
        return decode(content, list[msgspec.Raw])
    except ValueError as trouble:
        raise Unreachable("The instance gave an answer that cannot be read.") from trouble
