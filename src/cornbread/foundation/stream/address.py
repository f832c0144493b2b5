"""What ``STREAM_URL`` says: where the servers are, how to sign in, and which streams are ours."""

import re
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from cornbread.foundation.errors import Invalid

SCHEMES = ("nats", "tls")
PORT = 4222
#: Subjects and streams of an installation begin with this, unless the address says otherwise.
NAME = "cornbread"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


class StreamAddress(msgspec.Struct, frozen=True, kw_only=True):
    """``servers`` are addresses without credentials: they may be shown and logged."""

    servers: tuple[str, ...]
    name: str = NAME
    user: str = ""
    password: str = ""
    token: str = ""
    tls: bool = False

    def __repr__(self) -> str:
        return f"<stream {self.name} at {self.shown}>"

    @property
    def shown(self) -> str:
        """The servers, for people."""
        return ", ".join(self.servers)


def parse(url: str) -> StreamAddress:
    """Read ``nats://user:password@host:port/name`` or ``nats://token@host``; ``tls://`` encrypts.

    Several servers of one cluster are separated by commas. The part after the last slash (default
    ``cornbread``) keeps installations that share a server apart. Raises Invalid, which never
    repeats the address: it holds a password.
    """
    found = [_split(one.strip()) for one in url.split(",") if one.strip()]
    if not found:
        raise Invalid("STREAM_URL is empty; give it as nats://host:4222, or leave it out.")
    name = next((one.path.strip("/") for one in found if one.path.strip("/")), NAME)
    if not _NAME.fullmatch(name):
        raise Invalid("The name behind the slash in STREAM_URL may have letters, digits, _ and -.")
    signed = next((one for one in found if one.username), None)
    user = unquote(signed.username or "") if signed else ""
    password = unquote(signed.password or "") if signed else ""
    has_token = bool(user) and not password
    return StreamAddress(
        servers=tuple(_server(one) for one in found),
        name=name,
        user="" if has_token else user,
        password=password,
        token=user if has_token else "",
        tls=any(one.scheme == "tls" for one in found),
    )


def _split(one: str) -> SplitResult:
    try:
        parts = urlsplit(one)
        usable = parts.scheme in SCHEMES and parts.hostname and (parts.port or PORT)
    except ValueError:
        usable = False
    if not usable:
        raise Invalid("STREAM_URL cannot be used; give it as nats://host:4222 or tls://host:4222.")
    return parts


def _server(parts: SplitResult) -> str:
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}:{parts.port or PORT}"
