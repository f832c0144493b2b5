"""The address that people open, and the host names that are answered."""

import os
from urllib.parse import urlsplit

from cornbread.foundation.errors import Refusal

_HERE = "127.0.0.1,localhost,[::1]"


class AddressUnusable(Refusal):
    """CORNBREAD_URL is not an address that a browser could open."""

    code = "address_unusable"


def outside_url() -> str | None:
    """CORNBREAD_URL as scheme, host and port; None when it is not set. Raises AddressUnusable."""
    given = os.environ.get("CORNBREAD_URL", "").strip()
    if not given:
        return None
    try:
        parts = urlsplit(given)
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError as wrong:
        raise _unusable(given) from wrong
    plain = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        raise _unusable(given)
    if any(character.isspace() or character in "*," for character in parts.hostname):
        raise _unusable(given)
    return f"{parts.scheme}://{_named(parts.hostname)}{port}"


def allowed_hosts(url: str) -> list[str]:
    """The names in CORNBREAD_HOSTS, and always the one in the address that people open."""
    given = os.environ.get("CORNBREAD_HOSTS", "")
    names = [name.strip() for name in (given if given.strip() else _HERE).split(",")]
    own = _named(urlsplit(url).hostname or "")
    return list(dict.fromkeys(name for name in (*names, own) if name))


def _named(host: str) -> str:
    # Numbers of the newer kind stand in brackets, in addresses and in the Host header.
    return f"[{host}]" if ":" in host else host


def _unusable(given: str) -> AddressUnusable:
    return AddressUnusable(
        f"CORNBREAD_URL is “{given}”, which is not an address that people can open. Write it with "
        "http:// or https://, a host name, and no path: https://care.example"
    )
