"""Everything that is sealed, wherever it lies: what a change of key, or its loss, has to reach."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import BinaryField, ExpressionWrapper, F

from cornbread.foundation.crypto.field import EncryptedJSONField
from cornbread.foundation.crypto.sealing import Sealed, opens, reseal

#: What is told of rows that lost their secret: their primary keys.
AfterLoss = Callable[[Sequence[Any]], None]

KEY_CHECK = "the key check"


@dataclass(frozen=True)
class Place:
    """One kind of secrets. ``name`` says for people whose they are: "channels".

    ``values`` gives each secret as it is stored; ``reseal`` puts all of them under the newest
    key, ``forget`` lets go of those that no present key opens, and both say how many.
    """

    name: str
    values: Callable[[], Iterable[Sealed]]
    reseal: Callable[[], int]
    forget: Callable[[], int]


_registered: dict[str, Place] = {}
_after_loss: dict[str, AfterLoss] = {}


def register_sealed(
    name: str,
    *,
    values: Callable[[], Iterable[Sealed]],
    reseal: Callable[[], int],
    forget: Callable[[], int],
) -> None:
    """Make secrets known that are sealed elsewhere than in an EncryptedJSONField."""
    _registered[name] = Place(name, values, reseal, forget)


def after_loss(model: type[models.Model], tell: AfterLoss) -> None:
    """Call ``tell`` with the rows of the model whose EncryptedJSONField had to be emptied."""
    _after_loss[model._meta.label] = tell


def reseal_all() -> int:
    """Put every stored secret under the newest key; the number of secrets. Safe to repeat.

    Raises CannotOpen when no key fits one of them. The key check comes last, so that an old key
    that is still needed cannot be taken away unnoticed when this was interrupted.
    """
    from cornbread.foundation.models import KeyCheck  # models of every room import this package

    done = sum(place.reseal() for place in _places())
    for check in KeyCheck.objects.all():
        KeyCheck.objects.filter(pk=check.pk).update(canary=reseal(check.canary))
    return done


def not_opened_by(keys: Sequence[str] | None = None) -> dict[str, int]:
    """How many secrets none of these keys opens, by place; the present keys unless given."""
    from cornbread.foundation.models import KeyCheck  # models of every room import this package

    keys = settings.ENCRYPTION_KEYS if keys is None else keys
    found: Counter[str] = Counter()
    for place in _places():
        found[place.name] += sum(not opens(value, keys) for value in place.values())
    checks = KeyCheck.objects.values_list("canary", flat=True)
    found[KEY_CHECK] = sum(not opens(canary, keys) for canary in checks)
    return dict(+found)


@transaction.atomic
def forget_lost() -> dict[str, int]:
    """Let go of every secret that no present key opens; how many, by place. All or nothing."""
    from cornbread.foundation.models import KeyCheck  # models of every room import this package

    forgotten: Counter[str] = Counter()
    for place in _places():
        forgotten[place.name] += place.forget()
    for check in KeyCheck.objects.all():
        if not opens(check.canary, settings.ENCRYPTION_KEYS):
            check.delete()
    return dict(+forgotten)


def _places() -> Iterator[Place]:
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedJSONField):
                yield _Column(model, field).as_place()
    yield from _registered.values()


class _Column:
    """The secrets in one column."""

    def __init__(self, model: type[models.Model], field: EncryptedJSONField) -> None:
        self.model = model
        self.field = field
        self.name = field.attname
        self.rows = model._base_manager

    def as_place(self) -> Place:
        name = str(self.model._meta.verbose_name_plural)
        return Place(name, self.values, self.reseal, self.forget)

    def values(self) -> Iterator[Sealed]:
        return (value for _, value in self._stored())

    def reseal(self) -> int:
        done = 0
        for key in self.rows.values_list("pk", flat=True).iterator():
            with transaction.atomic():
                # Locked, because a secret renewed in between must not be put back.
                row = self.rows.select_for_update().filter(pk=key).first()
                if row is not None and getattr(row, self.name) is not None:
                    row.save(update_fields=[self.name])
                    done += 1
        return done

    def forget(self) -> int:
        keys = settings.ENCRYPTION_KEYS
        lost = [key for key, value in self._stored() if not opens(value, keys)]
        nothing: dict[str, Any] | None = None if self.field.null else {}
        self.rows.filter(pk__in=lost).update(**{self.name: nothing})
        if lost and (tell := _after_loss.get(self.model._meta.label)):
            tell(lost)
        return len(lost)

    def _stored(self) -> Iterator[tuple[Any, Sealed]]:
        # As another kind of column, so that reading it does not open it.
        stored = ExpressionWrapper(F(self.name), output_field=BinaryField())
        rows = self.rows.annotate(sealed_value=stored).values_list("pk", "sealed_value")
        return ((key, value) for key, value in rows.iterator() if value is not None)
