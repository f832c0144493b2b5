"""Sealing and opening with the keys that the settings hold, the newest first."""

from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from cornbread.foundation.errors import Refusal

#: PostgreSQL gives binary columns as views, SQLite as bytes.
Sealed = bytes | memoryview


class CannotOpen(RuntimeError):
    """None of the present keys opens this, or it was changed after it was sealed."""


class KeyUnusable(Refusal):
    """There is no key, or one of them is not a Fernet key."""

    code = "key_unusable"


def seal(text: str) -> bytes:
    """The text, encrypted and signed with the newest key."""
    return _keys(settings.ENCRYPTION_KEYS).encrypt(text.encode())


def open_sealed(sealed: Sealed) -> str:
    """The text that was sealed; raises CannotOpen when no key fits."""
    try:
        return _keys(settings.ENCRYPTION_KEYS).decrypt(bytes(sealed)).decode()
    except InvalidToken as wrong:
        raise CannotOpen(_NO_KEY_FITS) from wrong


def reseal(sealed: Sealed) -> bytes:
    """The same secret under the newest key; raises CannotOpen when no key fits."""
    try:
        return _keys(settings.ENCRYPTION_KEYS).rotate(bytes(sealed))
    except InvalidToken as wrong:
        raise CannotOpen(_NO_KEY_FITS) from wrong


def opens(sealed: Sealed, keys: Sequence[str]) -> bool:
    """Whether one of these keys opens it."""
    try:
        _keys(tuple(keys)).decrypt(bytes(sealed))
    except InvalidToken:
        return False
    return True


_NO_KEY_FITS = (
    "A stored secret cannot be opened with the present keys. Is the key in CORNBREAD_HOME the "
    "one of this database?"
)


@lru_cache(maxsize=8)
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise KeyUnusable("There is no encryption key. Set CORNBREAD_ENCRYPTION_KEYS.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as wrong:
        raise KeyUnusable(
            "An encryption key is not usable: it must be 32 bytes in URL-safe base64."
        ) from wrong
