"""Secrets at rest: sealed in the database, discreet in memory, and bound to their key."""

import copy
import json
import pprint
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from cryptography.fernet import Fernet
from django.apps.registry import Apps
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models
from django.forms import modelform_factory
from django.forms.models import model_to_dict
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from cornbread.foundation import crypto
from cornbread.foundation.crypto import CannotOpen, EncryptedJSONField, KeyMismatch, KeyUnusable
from cornbread.foundation.models import KeyCheck

OLD, NEW, FOREIGN = (Fernet.generate_key().decode() for _ in range(3))
_apart = Apps()  # keeps this model out of the product's own registry


class Box(models.Model):
    secret = EncryptedJSONField()
    spare = EncryptedJSONField(null=True)  # type: ignore[misc] # typed as an object

    objects: ClassVar[models.Manager["Box"]] = models.Manager()

    class Meta:
        apps = _apart
        app_label = "boxes"

    def __str__(self) -> str:
        return "box"


@pytest.fixture(autouse=True)
def old_key(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = (OLD,)


@pytest.fixture
def boxes(db: None, monkeypatch: pytest.MonkeyPatch) -> type[Box]:
    """A table for boxes, gone again with the transaction of the test."""
    kind = Box._meta.get_field("secret").db_type(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE boxes_box (id bigint PRIMARY KEY, secret {kind}, spare {kind})"
        )
    monkeypatch.setattr(crypto.places, "apps", SimpleNamespace(get_models=lambda: [Box]))
    return Box


def stored(column: str = "secret") -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM boxes_box")
        return bytes(cursor.fetchone()[0])


@given(st.text())
def test_what_is_sealed_can_be_opened_and_not_read(text: str) -> None:
    sealed = crypto.seal(text)
    assert crypto.open_sealed(sealed) == text
    assert crypto.open_sealed(memoryview(sealed)) == text
    assert len(text) < 8 or text.encode() not in sealed


def test_a_changed_secret_is_noticed() -> None:
    sealed = bytearray(crypto.seal("token"))
    sealed[20] ^= 1
    with pytest.raises(CannotOpen):
        crypto.open_sealed(bytes(sealed))


def test_the_newest_key_seals_and_every_key_opens(settings: Settings) -> None:
    before = crypto.seal("token")
    settings.ENCRYPTION_KEYS = (NEW, OLD)
    after = crypto.seal("token")
    assert crypto.open_sealed(before) == "token"
    settings.ENCRYPTION_KEYS = (NEW,)
    assert crypto.open_sealed(after) == "token"
    with pytest.raises(CannotOpen):
        crypto.open_sealed(before)


def test_resealing_makes_the_old_key_dispensable(settings: Settings) -> None:
    sealed = crypto.seal("token")
    settings.ENCRYPTION_KEYS = (NEW, OLD)
    renewed = crypto.reseal(sealed)
    settings.ENCRYPTION_KEYS = (NEW,)
    assert crypto.open_sealed(renewed) == "token"
    with pytest.raises(CannotOpen):
        crypto.reseal(sealed)


@pytest.mark.parametrize("keys", [(), ("short",), (OLD, "not a key")])
def test_an_unusable_key_is_named_as_such(settings: Settings, keys: tuple[str, ...]) -> None:
    settings.ENCRYPTION_KEYS = keys
    with pytest.raises(KeyUnusable) as unusable:
        crypto.seal("token")
    assert OLD not in str(unusable.value)


# The field


def test_a_secret_survives_the_database_and_is_unreadable_there(boxes: type[Box]) -> None:
    boxes.objects.create(id=1, secret={"token": "geheim", "n": [1, {"ü": None}]})
    assert b"geheim" not in stored()
    assert boxes.objects.get().secret == {"token": "geheim", "n": [1, {"ü": None}]}
    assert boxes.objects.values_list("secret", flat=True).get()["token"] == "geheim"


def test_a_field_starts_empty(boxes: type[Box]) -> None:
    boxes.objects.create(id=1)
    box = boxes.objects.get(spare__isnull=True)
    assert box.secret == {}
    assert box.spare is None
    assert Box().secret is not Box().secret


def test_a_secret_is_not_shown_by_printing(boxes: type[Box]) -> None:
    box = boxes(id=1, secret={"token": "geheim"})
    for secret in (box.secret, box.secret.copy(), copy.deepcopy(box.secret)):
        assert "geheim" not in f"{secret} {secret!r}" + pprint.pformat(vars(box))
    box.save()
    assert "geheim" not in repr(vars(boxes.objects.get()))


def test_a_secret_can_be_deferred_and_read_later(boxes: type[Box]) -> None:
    boxes.objects.create(id=1, secret={"token": "geheim"})
    assert boxes.objects.defer("secret").get().secret["token"] == "geheim"


def test_changing_an_entry_and_saving_keeps_the_change(boxes: type[Box]) -> None:
    box = boxes.objects.create(id=1, secret={"token": "old"})
    box.secret["token"] = "new"
    box.save(update_fields=["secret"])
    boxes.objects.filter(id=1).update(spare={"update": True})
    again = boxes.objects.get()
    assert (again.secret, again.spare) == ({"token": "new"}, {"update": True})


def test_a_secret_has_no_form_field(boxes: type[Box]) -> None:
    box = boxes(id=1, secret={"token": "geheim"})
    assert "secret" not in modelform_factory(boxes, fields=[], exclude=[]).base_fields
    assert "secret" not in model_to_dict(box)


def test_a_dump_holds_the_sealed_secret_and_loads_again(boxes: type[Box]) -> None:
    box = boxes(id=1, secret={"token": "geheim"})
    dump = serializers.serialize("json", [box])
    assert "geheim" not in dump
    fields: dict[str, Any] = json.loads(dump)[0]["fields"]
    field = Box._meta.get_field("secret")
    assert field.to_python(fields["secret"]) == {"token": "geheim"}


def test_a_secret_cannot_be_searched_for(boxes: type[Box]) -> None:
    with pytest.raises(FieldError):
        boxes.objects.filter(secret={"token": "geheim"}).exists()


@pytest.mark.parametrize("wrong", [["a"], 7, b"x", None])
def test_only_objects_can_be_kept(boxes: type[Box], wrong: object) -> None:
    field = Box._meta.get_field("secret")
    if wrong is None:
        assert field.get_prep_value(wrong) is None
    else:
        with pytest.raises(TypeError, match="secret holds a JSON object"):
            field.get_prep_value(wrong)


# Keys and databases


@pytest.mark.django_db
def test_a_new_database_takes_the_present_key_and_knows_it_again() -> None:
    crypto.verify_key()
    crypto.verify_key()
    assert KeyCheck.objects.count() == 1


@pytest.mark.django_db
def test_a_database_of_another_key_is_refused_with_what_to_do(settings: Settings) -> None:
    crypto.verify_key()
    settings.ENCRYPTION_KEYS = (FOREIGN,)
    with pytest.raises(KeyMismatch, match="from your backup") as mismatch:
        crypto.verify_key()
    assert "CORNBREAD_ENCRYPTION_KEYS" in mismatch.value.message
    settings.ENCRYPTION_KEYS = (FOREIGN, OLD)
    crypto.verify_key()


def test_after_resealing_everything_the_old_key_can_go(
    boxes: type[Box], settings: Settings
) -> None:
    crypto.verify_key()
    boxes.objects.create(id=1, secret={"token": "geheim"})
    boxes.objects.create(id=2, secret={}, spare={"more": 1})
    settings.ENCRYPTION_KEYS = (NEW, OLD)
    assert crypto.reseal_all() == 3
    settings.ENCRYPTION_KEYS = (NEW,)
    crypto.verify_key()
    assert boxes.objects.get(id=1).secret == {"token": "geheim"}
    assert boxes.objects.get(id=2).spare == {"more": 1}


def test_an_old_key_still_needed_cannot_be_taken_away_unnoticed(
    boxes: type[Box], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    crypto.verify_key()
    boxes.objects.create(id=1, secret={"token": "geheim"})
    settings.ENCRYPTION_KEYS = (NEW, OLD)

    def power_cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Box, "save", power_cut)
    with pytest.raises(KeyboardInterrupt):
        crypto.reseal_all()
    settings.ENCRYPTION_KEYS = (NEW,)
    with pytest.raises(KeyMismatch):
        crypto.verify_key()


# What no key opens


def test_what_no_key_opens_is_counted_and_can_be_let_go(
    boxes: type[Box], settings: Settings
) -> None:
    crypto.verify_key()
    boxes.objects.create(id=1, secret={"token": "geheim"}, spare={"more": 1})
    boxes.objects.create(id=2, secret={})
    told: list[object] = []
    crypto.after_loss(Box, told.extend)
    assert crypto.not_opened_by() == {}
    settings.ENCRYPTION_KEYS = (NEW,)
    boxes.objects.create(id=3, secret={"token": "new"})
    assert crypto.not_opened_by() == {"boxs": 3, crypto.KEY_CHECK: 1}
    assert crypto.forget_lost() == {"boxs": 3}
    crypto.verify_key()
    assert crypto.not_opened_by() == {}
    assert [box.secret for box in boxes.objects.order_by("id")] == [{}, {}, {"token": "new"}]
    assert boxes.objects.get(id=1).spare is None
    assert sorted(told) == [1, 1, 2]
