"""The second steps of sign-ins, as far as they are sealed: all of them, for a change of key."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from cornbread.foundation.crypto import opens, register_sealed, reseal

#: Where allauth keeps what it lets us seal: one text, or a list of texts. The public key of a
#: security key is no secret, so those stay readable whatever happens to our key.
_SEALED = ("secret", "seed", "migrated_codes")


def register() -> None:
    """Have the second steps taken along wherever all secrets are meant."""
    register_sealed(
        "second steps of sign-ins", values=_values, reseal=_reseal_all, forget=_forget_lost
    )


def _values() -> Iterator[bytes]:
    for data in Authenticator.objects.values_list("data", flat=True):
        yield from _sealed_in(data)


def _sealed_in(data: Mapping[str, Any]) -> Iterator[bytes]:
    for name in _SEALED:
        found = data.get(name, [])
        yield from (text.encode() for text in ([found] if isinstance(found, str) else found))


def _reseal_all() -> int:
    return sum(_reseal_one(key) for key in Authenticator.objects.values_list("pk", flat=True))


@transaction.atomic
def _reseal_one(key: int) -> int:
    # Locked, because recovery codes are marked as used in the same column.
    one = Authenticator.objects.select_for_update().filter(pk=key).first()
    if one is None:
        return 0
    count = sum(1 for _ in _sealed_in(one.data))
    if count:
        one.data = _changed(one.data, lambda text: reseal(text.encode()).decode())
        one.save(update_fields=["data"])
    return count


def _changed(data: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    changed = dict(data)
    for name in _SEALED:
        match data.get(name):
            case str(text):
                changed[name] = change(text)
            case list(texts):
                changed[name] = [change(text) for text in texts]
    return changed


def _forget_lost() -> int:
    rows = Authenticator.objects.values_list("pk", "data")
    keys = settings.ENCRYPTION_KEYS
    lost = [pk for pk, data in rows if not all(opens(one, keys) for one in _sealed_in(data))]
    Authenticator.objects.filter(pk__in=lost).delete()
    return len(lost)
