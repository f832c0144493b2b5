"""Signatures of webhooks as Standard Webhooks defines them (standardwebhooks.com, v1, symmetric).

Signed is ``id.timestamp.body`` with HMAC-SHA256. The library of the same name does this too; here
it works on bytes and keeps the decoded key, because every message of a burst passes through.
"""

import binascii
import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

PREFIX = "whsec_"
#: How far the clocks of sender and receiver may be apart, and how long a message stays good.
TOLERANCE_S = 300
#: A replaced secret is still good for so long, so that senders can change over.
OVERLAP = timedelta(hours=24)
_MOST_SIGNATURES = 10
_LONGEST_ID = 256


class BadSignature(ValueError):
    """The message does not come from whom it should, or not now; the words say which."""


def new_secret() -> str:
    """A fresh secret of 256 random bits as senders take it."""
    return PREFIX + b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The key in a secret."""
    return b64decode(secret.removeprefix(PREFIX) + "==")


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """What a sender puts into ``webhook-signature``."""
    return f"v1,{_digest(key, message_id.encode(), str(timestamp).encode(), body).decode()}"


def verify(
    keys: Iterable[bytes],
    *,
    message_id: bytes,
    timestamp: bytes,
    signatures: bytes,
    body: bytes,
    now_s: float,
) -> None:
    """Raise BadSignature unless one of the keys made one of the signatures, just now."""
    if not (message_id and timestamp and signatures):
        raise BadSignature("Send the headers webhook-id, webhook-timestamp, webhook-signature.")
    if len(message_id) > _LONGEST_ID:
        raise BadSignature("The webhook-id is too long.")
    if not (timestamp.isdigit() and len(timestamp) < 12):
        raise BadSignature("The webhook-timestamp is not in whole seconds since 1970.")
    if abs(int(timestamp) - now_s) > TOLERANCE_S:
        raise BadSignature("The webhook-timestamp is more than five minutes off.")
    given = [one[3:] for one in signatures.split(b" ")[:_MOST_SIGNATURES] if one.startswith(b"v1,")]
    for key in keys:
        expected = _digest(key, message_id, timestamp, body)
        for one in given:
            if hmac.compare_digest(expected, one):
                return
    raise BadSignature("No signature fits the secret of this channel.")


def _digest(key: bytes, message_id: bytes, timestamp: bytes, body: bytes) -> bytes:
    signed = b"%b.%b.%b" % (message_id, timestamp, body)
    return binascii.b2a_base64(hmac.digest(key, signed, hashlib.sha256), newline=False)


def rotated(secret: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """The secrets of a channel with a new one in front; the one before is good for a while."""
    made = {"signing": new_secret()}
    if current := secret.get("signing"):
        made |= {"previous": current, "previous_until": (now + OVERLAP).isoformat()}
    return made


def good_secrets(secret: Mapping[str, Any], now: datetime) -> list[str]:
    """The secrets with which a message may be signed now."""
    found = [secret["signing"]] if secret.get("signing") else []
    if (until := secret.get("previous_until")) and now < datetime.fromisoformat(until):
        found.append(secret["previous"])
    return found


def utc(seconds: float) -> datetime:
    """A time of the system clock."""
    return datetime.fromtimestamp(seconds, UTC)
