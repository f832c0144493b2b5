"""Secrets at rest: sealed with keys that live outside the database.

``settings.ENCRYPTION_KEYS`` holds Fernet keys, newest first. The newest seals; all of them open.
To change the key: put a new one first, restart, run ``reseal_all``, then take the old one away.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models.query_utils import DeferredAttribute

from cornbread.foundation import clock
from cornbread.foundation.errors import Refusal

#: PostgreSQL gives binary columns as views, SQLite as bytes.
Sealed = bytes | memoryview

_CANARY = "cornbread"


class CannotOpen(RuntimeError):
    """None of the present keys opens this, or it was changed after it was sealed."""


class KeyMismatch(Refusal):
    """The keys of this start are not those that the database was sealed with."""

    code = "key_mismatch"


class KeyUnusable(Refusal):
    """There is no key, or one of them is not a Fernet key."""

    code = "key_unusable"


def seal(text: str) -> bytes:
    """The text, encrypted and signed with the newest key."""
    return _keys(settings.ENCRYPTION_KEYS).encrypt(text.encode())


def open_sealed(sealed: Sealed) -> str:
    """The text that was sealed; raises CannotOpen when no key fits."""
    return _opened(sealed).decode()


def reseal(sealed: Sealed) -> bytes:
    """The same secret under the newest key; raises CannotOpen when no key fits."""
    try:
        return _keys(settings.ENCRYPTION_KEYS).rotate(bytes(sealed))
    except InvalidToken as wrong:
        raise CannotOpen(_NO_KEY_FITS) from wrong


class Secrets(dict[str, Any]):
    """A JSON object that does not show what is in it when it is printed or logged."""

    def __repr__(self) -> str:
        return f"<sealed, {len(self)} entries>"

    __str__ = __repr__

    def copy(self) -> "Secrets":
        """A copy that is as discreet."""
        return Secrets(self)


class _SecretsAttribute(DeferredAttribute):
    """Wraps whatever is assigned, so that an unsaved object does not show it either."""

    field: "EncryptedJSONField"

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


if TYPE_CHECKING:
    _Base = models.BinaryField[Mapping[str, Any], dict[str, Any]]
else:
    _Base = models.BinaryField


class EncryptedJSONField(_Base):
    """Holds a JSON object, sealed in the database and discreet in memory.

    It cannot be searched, has no form field, and is serialised sealed.
    """

    description = "A sealed JSON object"
    descriptor_class = _SecretsAttribute
    empty_values = [None]

    def get_default(self) -> Any:
        """An empty object unless the field says otherwise; None where null is allowed."""
        if self.has_default() or self.null:
            return super().get_default()
        return Secrets()

    def from_db_value(self, value: Any, *_: object) -> Secrets | None:
        """Opens what the database holds; raises CannotOpen when no key fits."""
        return None if value is None else _unsealed(value)

    def to_python(self, value: Any) -> Any:
        """Objects become Secrets; text comes from a serialised, sealed value."""
        if isinstance(value, str):
            return _unsealed(b64decode(value))
        if isinstance(value, Mapping) and not isinstance(value, Secrets):
            return Secrets(value)
        return value

    def get_prep_value(self, value: Any) -> bytes | None:
        """Seals; raises TypeError for anything but an object with JSON inside."""
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise TypeError(f"{self.name} holds a JSON object, not {type(value).__name__}.")
        return seal(msgspec.json.encode(dict(value)).decode())

    def value_to_string(self, obj: models.Model) -> str:
        """What a database dump holds: still sealed."""
        sealed = self.get_prep_value(self.value_from_object(obj))
        return "" if sealed is None else b64encode(sealed).decode()

    def formfield(self, *_: Any, **__: Any) -> None:
        """None: secrets are typed into forms of their own and never shown again."""

    def get_lookup(self, lookup_name: str) -> Any:
        """Only ``isnull``: the same secret is sealed differently every time."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


def verify_key() -> None:
    """Make sure that the keys belong to this database; a new database takes the present ones.

    Raises KeyMismatch, saying what to do, and KeyUnusable for a key that is none.
    """
    from cornbread.foundation.models import KeyCheck  # models of every room import this module

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
            "separated by commas). Nothing was changed."
        )


def reseal_all() -> int:
    """Put every stored secret under the newest key; the number of rows. Safe to repeat.

    The key check comes last, so that an old key that is still needed cannot be taken away
    unnoticed when this was interrupted.
    """
    from cornbread.foundation.models import KeyCheck  # models of every room import this module

    done = sum(
        _reseal_column(model, field.attname)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedJSONField)
    )
    for check in KeyCheck.objects.all():
        KeyCheck.objects.filter(pk=check.pk).update(canary=reseal(check.canary))
    return done


def _reseal_column(model: type[models.Model], name: str) -> int:
    done = 0
    for key in model._base_manager.values_list("pk", flat=True).iterator():
        with transaction.atomic():
            # Locked, because a secret renewed in between must not be put back.
            row = model._base_manager.select_for_update().filter(pk=key).first()
            if row is not None and getattr(row, name) is not None:
                row.save(update_fields=[name])
                done += 1
    return done


_NO_KEY_FITS = (
    "A stored secret cannot be opened with the present keys. Is the key in CORNBREAD_HOME the "
    "one of this database?"
)


@lru_cache(maxsize=4)
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise KeyUnusable("There is no encryption key. Set CORNBREAD_ENCRYPTION_KEYS.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as wrong:
        raise KeyUnusable(
            "An encryption key is not usable: it must be 32 bytes in URL-safe base64."
        ) from wrong


def _opened(sealed: Sealed) -> bytes:
    try:
        return _keys(settings.ENCRYPTION_KEYS).decrypt(bytes(sealed))
    except InvalidToken as wrong:
        raise CannotOpen(_NO_KEY_FITS) from wrong


def _unsealed(sealed: Sealed) -> Secrets:
    return Secrets(msgspec.json.decode(_opened(sealed), type=dict[str, Any]))
