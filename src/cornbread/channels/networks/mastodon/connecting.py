"""Finding out who we are on an instance and what it allows."""

from typing import Any
from urllib.parse import urlsplit

import msgspec

from cornbread.channels.contract import Connected
from cornbread.channels.domain.trouble import AccessLost, Rejected
from cornbread.channels.networks.mastodon.address import host_of
from cornbread.channels.networks.mastodon.api import VERIFY, AddressRefused, Api
from cornbread.channels.networks.mastodon.payloads import AccountJson, decode, full_handle
from cornbread.channels.networks.mastodon.text import clean
from cornbread.foundation.errors import Invalid

_NO_INSTANCE = "No Mastodon instance answered at this address. Please check it."
_NOT_ACCEPTED = "The instance does not accept this access token. Please copy it again."


class InstanceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What an instance announces about itself."""

    domain: str
    max_length: int | None = None
    streaming_url: str = ""
    version: str = ""


def connected(api: Api, token: str) -> Connected:
    """The account behind a token, as a channel; raises Invalid or ChannelTrouble."""
    facts = facts_of(api)
    account = _account(api)
    handle = clean(full_handle(account.acct or account.username, facts.domain))
    limits = {} if facts.max_length is None else {"max_length": facts.max_length}
    return Connected(
        name=clean(account.display_name or "").strip() or handle,
        address=api.address,
        external_id=account.id,
        handle=handle,
        avatar_url=clean(account.avatar or ""),
        settings={"streaming_url": facts.streaming_url, "version": facts.version},
        secret={"token": token},
        capabilities=limits,
    )


def facts_of(api: Api) -> InstanceFacts:
    """Ask the instance about itself, in the present form or the one before 4.0."""
    for path in ("/api/v2/instance", "/api/v1/instance"):
        try:
            content = api.get_if_there(path)
        except AddressRefused as refused:
            raise Invalid(refused.message, fields={"address": refused.message}) from refused
        except AccessLost as lost:
            raise Invalid(_NOT_ACCEPTED, fields={"token": _NOT_ACCEPTED}) from lost
        except Rejected:
            content = None
        said = _object(content)
        if said:
            return _facts(said, api.address)
    raise Invalid(_NO_INSTANCE, fields={"address": _NO_INSTANCE})


def _account(api: Api) -> AccountJson:
    try:
        return decode(api.get(VERIFY), AccountJson)
    except AccessLost as lost:
        raise Invalid(_NOT_ACCEPTED, fields={"token": _NOT_ACCEPTED}) from lost
    except (ValueError, Rejected) as odd:
        raise Invalid(_NO_INSTANCE, fields={"address": _NO_INSTANCE}) from odd


def _facts(said: dict[str, Any], address: str) -> InstanceFacts:
    configuration = _dict(said.get("configuration"))
    most = _dict(configuration.get("statuses")).get("max_characters", said.get("max_toot_chars"))
    streaming = _dict(configuration.get("urls")).get("streaming") or _dict(said.get("urls")).get(
        "streaming_api"
    )
    # "uri" of the older form is the domain too, though some write it as an address.
    domain = str(said.get("domain") or said.get("uri") or "").rpartition("//")[2].strip("/")
    return InstanceFacts(
        domain=clean(domain) or host_of(address),
        max_length=most if isinstance(most, int) and most > 0 else None,
        streaming_url=_http_form(str(streaming or ""), address),
        version=clean(str(said.get("version") or ""))[:100],
    )


def _http_form(streaming: str, address: str) -> str:
    """The streaming address as http(s), empty when it is the instance itself or unusable."""
    parts = urlsplit(streaming)
    scheme = {"wss": "https", "https": "https", "ws": "http", "http": "http"}.get(parts.scheme, "")
    # Never from https to an open connection: the token travels along.
    if not parts.netloc or not scheme or scheme < urlsplit(address).scheme:
        return ""
    found = f"{scheme}://{parts.netloc}"
    return "" if found == address else found


def _object(content: bytes | None) -> dict[str, Any]:
    try:
        return {} if content is None else decode(content, dict[str, Any])
    except ValueError:
        return {}


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
