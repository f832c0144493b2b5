"""Whether the keys at hand are those of this database."""

from cornbread.foundation import clock
from cornbread.foundation.crypto.sealing import CannotOpen, open_sealed, seal
from cornbread.foundation.errors import Refusal

_CANARY = "cornbread"


class KeyMismatch(Refusal):
    """The keys of this start are not those that the database was sealed with."""

    code = "key_mismatch"


def verify_key() -> None:
    """Make sure that the keys belong to this database; a new database takes the present ones.

    Raises KeyMismatch, saying what to do, and KeyUnusable for a key that is none.
    """
    from cornbread.foundation.models import KeyCheck  # models of every room import this package

    check, _ = KeyCheck.objects.get_or_create(
        id=KeyCheck.ONLY, defaults={"canary": seal(_CANARY), "created_at": clock.now()}
    )
    try:
        known = open_sealed(check.canary) == _CANARY
    except CannotOpen:
        known = False
    if not known:
        raise KeyMismatch(
            "The secrets in this database were sealed with another key. Put the key file "
            "keys/encryption in CORNBREAD_HOME back from your backup, or set "
            "CORNBREAD_ENCRYPTION_KEYS to the key that was used (several keys: newest first, "
            "separated by commas). Nothing was changed. If the key is gone for good: "
            "`cornbread keys forget-lost`."
        )
