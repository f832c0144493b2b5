"""Secrets at rest: sealed with keys that live outside the database.

``settings.ENCRYPTION_KEYS`` holds Fernet keys, newest first. The newest seals; all of them open.
To change the key: put a new one first, restart, run ``reseal_all``, then take the old one away;
``cornbread keys rotate`` does it.
"""

from cornbread.foundation.crypto.field import EncryptedJSONField, Secrets
from cornbread.foundation.crypto.keycheck import KeyMismatch, verify_key
from cornbread.foundation.crypto.places import (
    KEY_CHECK,
    after_loss,
    forget_lost,
    not_opened_by,
    register_sealed,
    reseal_all,
)
from cornbread.foundation.crypto.sealing import (
    CannotOpen,
    KeyUnusable,
    Sealed,
    open_sealed,
    opens,
    reseal,
    seal,
)

__all__ = [
    "KEY_CHECK",
    "CannotOpen",
    "EncryptedJSONField",
    "KeyMismatch",
    "KeyUnusable",
    "Sealed",
    "Secrets",
    "after_loss",
    "forget_lost",
    "not_opened_by",
    "open_sealed",
    "opens",
    "register_sealed",
    "reseal",
    "reseal_all",
    "seal",
    "verify_key",
]
