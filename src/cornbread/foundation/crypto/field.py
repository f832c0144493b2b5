"""A column for secrets: a JSON object, sealed in the database and discreet in memory."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from cornbread.foundation.crypto.sealing import Sealed, open_sealed, seal


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


def _unsealed(sealed: Sealed) -> Secrets:
    return Secrets(msgspec.json.decode(open_sealed(sealed), type=dict[str, Any]))
