"""Secrets that are shown once and kept as a hash."""

import hashlib
import secrets

PREFIX = "cb_"


def new_secret() -> str:
    """A fresh secret of 256 random bits, recognisable by its prefix."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is stored: SHA-256 is enough, because the secret itself is random and long."""
    return hashlib.sha256(secret.encode()).hexdigest()
