"""What may be written into a log, and what is masked."""

import re
from datetime import date, timedelta
from ipaddress import ip_address
from typing import Any
from uuid import UUID

#: Names of extra fields that hold ids, counts, durations, codes and kinds, and nothing else.
ALLOWED = frozenset(
    {
        "action", "attempt", "attempts", "attempts_left", "bytes", "code", "count", "deleted",
        "due", "event_kind", "exit_code", "failed", "found", "host", "id", "ids", "kept", "kind",
        "late_by", "lines", "method", "model", "network", "number", "of", "pid", "port", "purpose",
        "queue", "reason", "rejected", "room", "route", "sent", "signal", "size", "skipped",
        "state", "status", "step", "stream", "task", "total", "version", "worker",
    }
)  # fmt: skip
_ALLOWED_ENDINGS = ("_id", "_ids", "_count", "_ms", "_s", "_at", "_code", "_kind", "_bytes")

_CODE = re.compile(r"[A-Za-z0-9_.:/<>\[\]-]{1,120}")
_EMAIL = re.compile(r"[^\s@<>\"'(),;:=]+@[^\s@<>\"'(),;:=]+\.[^\s@<>\"'(),;:=]+")
_SECRET = re.compile(
    r"(?i)\b((?:proxy-)?authorization|cookie|set-cookie|x-api-key)\b(\s*[:=]\s*)[^\r\n]+"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{6,}")
_KEY = re.compile(
    r"(?i)([\w-]*(?:key|token|secret|password|passwd|session|sig|signature|credential)s?)"
    r"([\"']?\s*[=:]\s*[\"']?)([^\s\"'&,;)}\]]+)"
)
_QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'>)]*=[^\s\"'>)]*")
_USERINFO = re.compile(r"(?<=://)[^\s/@]+@")
_LONG = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9_-]{32,}={0,2}")
_IP = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*)"
)


def masked(text: str) -> str:
    """The text without e-mail addresses, network addresses of people, credentials and queries."""
    text = _USERINFO.sub("***@", text)
    text = _QUERY.sub("?***", text)
    text = _SECRET.sub(r"\1\2***", text)
    text = _BEARER.sub(r"\1 ***", text)
    text = _KEY.sub(r"\1\2***", text)
    text = _EMAIL.sub("***@***", text)
    text = _LONG.sub("***", text)
    return _IP.sub(_without_address, text)


def permitted(name: str, value: Any) -> bool:
    """Whether an extra field may be written: a known kind of name, and a value without prose."""
    return (name in ALLOWED or name.endswith(_ALLOWED_ENDINGS)) and _is_plain(value)


def _is_plain(value: Any) -> bool:
    match value:
        case None | bool() | int() | float() | UUID() | date() | timedelta():
            return True
        case str():
            # UUIDs are longer than any other code without being secret.
            return bool(_CODE.fullmatch(value)) and (masked(value) == value or _is_uuid(value))
        case list() | tuple() | set() | frozenset():
            return len(value) <= 100 and all(map(_is_plain, value))
        case _:
            return False


def _is_uuid(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False


def _without_address(found: re.Match[str]) -> str:
    try:
        address = ip_address(found[0].rstrip(".:"))
    except ValueError:
        return found[0]
    # Our own loopback says nothing about anyone.
    return found[0] if address.is_loopback else "***"
