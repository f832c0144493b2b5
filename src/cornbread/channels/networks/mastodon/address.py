"""Addresses of instances and handles of accounts, in whatever form people paste them."""

import ipaddress
import re
from urllib.parse import urlsplit

from cornbread.foundation.errors import Invalid

_HELP = "Write the address of your instance, for example mastodon.social."
_HOST = re.compile(
    r"(?=.{1,253}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)


def instance_url(typed: str, *, local: bool = False) -> str:
    """The base address, e.g. ``https://mastodon.social``, from a host, a link or a handle.

    Plain http is only for servers on this machine (``local``): a token must not travel in the
    clear. Raises Invalid with the field ``address``.
    """
    text = typed.strip()
    scheme = "https"
    if "://" in text:
        scheme, text = text.split("://", 1)
        scheme = scheme.lower()
    authority = re.split(r"[/?#\\]", text, maxsplit=1)[0]
    # "@brand@mastodon.social" and "brand@mastodon.social" name the instance after the last @.
    authority = authority.rsplit("@", 1)[-1]
    if scheme not in ("http", "https"):
        raise _invalid()
    if scheme == "http" and not local:
        scheme = "https"
    return f"{scheme}://{_authority(authority)}"


def host_of(address: str) -> str:
    """Host and port of a base address, as they stand in handles."""
    return urlsplit(address).netloc


def _authority(typed: str) -> str:
    try:
        parts = urlsplit(f"//{typed.strip().rstrip('.')}")
        port, host = parts.port, parts.hostname or ""
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise _invalid() from None
    shown = f"[{ascii_host}]" if ":" in ascii_host else ascii_host
    if not _is_host(ascii_host):
        raise _invalid()
    return shown.lower() if port is None else f"{shown.lower()}:{port}"


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(_HOST.fullmatch(host.lower())) and ("." in host or host == "localhost")
    return True


def _invalid() -> Invalid:
    return Invalid(f"This is not the address of an instance. {_HELP}", fields={"address": _HELP})
