"""Connecting without copying a token: our app is registered, a person allows it, we get a token."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import urlencode

import msgspec

from cornbread.channels.domain.trouble import ChannelTrouble, Rejected, Unreachable
from cornbread.channels.networks.mastodon.address import instance_url
from cornbread.channels.networks.mastodon.api import Api
from cornbread.channels.networks.mastodon.outcomes import sentence_of, trouble_of
from cornbread.channels.networks.mastodon.payloads import decode
from cornbread.foundation.clock import now
from cornbread.foundation.errors import Invalid
from cornbread.foundation.http import Response

#: No more than is used: reading, posting, favourites and boosts, following.
SCOPES = "read write:statuses write:favourites write:follows"


class App(msgspec.Struct, frozen=True, kw_only=True):
    """Our registration with one instance. ``client_secret`` is to be kept encrypted."""

    address: str
    client_id: str
    client_secret: str
    redirect_uri: str
    scopes: str = SCOPES
    #: Whether the instance announced PKCE with S256 (Mastodon 4.3 and later).
    pkce: bool = False
    local: bool = False


def register_app(
    address: str, redirect_uri: str, *, name: str = "Cornbread", local: bool = False
) -> App:
    """Register with an instance, given in any form people write; raises Invalid, ChannelTrouble."""
    api = Api(instance_url(address, local=local), local=local)
    form = {"client_name": name, "redirect_uris": redirect_uri, "scopes": SCOPES}
    said = _object(api.form("/api/v1/apps", form))
    client_id, client_secret = said.get("client_id"), said.get("client_secret")
    if not isinstance(client_id, str) or not isinstance(client_secret, str):
        sentence = "No Mastodon instance answered at this address. Please check it."
        raise Invalid(sentence, fields={"address": sentence})
    return App(
        address=api.address,
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=redirect_uri,
        pkce=_offers_pkce(api),
        local=local,
    )


def new_state() -> str:
    """A secret for the browser's session that the instance hands back."""
    return secrets.token_urlsafe(32)


def new_verifier() -> str:
    """A secret that only we know; its hash goes along with the person (RFC 7636)."""
    return secrets.token_urlsafe(64)


def authorize_url(app: App, *, state: str, verifier: str) -> str:
    """Where to send the person who may speak for the brand."""
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": app.redirect_uri,
        "scope": app.scopes,
        "state": state,
    }
    if app.pkce:
        query |= {"code_challenge": _challenge(verifier), "code_challenge_method": "S256"}
    return f"{app.address}/oauth/authorize?{urlencode(query)}"


def exchange(app: App, code: str, *, verifier: str) -> str:
    """The access token for a code that came back; raises Rejected for a used or old code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "redirect_uri": app.redirect_uri,
        "scope": app.scopes,
    }
    if app.pkce:
        form["code_verifier"] = verifier
    said = _object(Api(app.address, local=app.local).form("/oauth/token", form))
    token = said.get("access_token")
    if not isinstance(token, str) or not token:
        raise Rejected("The instance gave no access token. Please try to connect again.")
    return token


def revoke(app: App, token: str) -> None:
    """Give a token back when a channel is disconnected."""
    form = {"client_id": app.client_id, "client_secret": app.client_secret, "token": token}
    _object(Api(app.address, local=app.local).form("/oauth/revoke", form))


def _offers_pkce(api: Api) -> bool:
    try:
        said = _object(api.probe("/.well-known/oauth-authorization-server"))
    except ChannelTrouble:
        return False
    methods = said.get("code_challenge_methods_supported")
    return isinstance(methods, list) and "S256" in methods


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _object(answer: Response) -> dict[str, Any]:
    if not answer.ok:
        # A 401 of the OAuth endpoints is about the code or the app, not about a lost access.
        if answer.status in (400, 401, 403):
            raise Rejected(sentence_of(answer.content) or "The instance refused to connect.")
        raise trouble_of(answer.status, answer.headers, answer.content, once=False, at=now())
    try:
        return decode(answer.content, dict[str, Any])
    except ValueError as trouble:
        raise Unreachable("The instance gave an answer that cannot be read.") from trouble
