"""The second step of signing in."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet
from pytest_django import Settings

from cornbread.foundation import crypto
from cornbread.team import actions
from cornbread.team.models import User

pytestmark = pytest.mark.django_db
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
PLACE = "second steps of sign-ins"


@pytest.fixture(autouse=True)
def old_key(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = (OLD,)


@pytest.fixture
def lee() -> User:
    return actions.create_user("lee@brand.example", "a long enough phrase")


def test_the_secret_of_the_second_step_is_not_readable_in_the_database(lee: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(lee, secret)
    stored = str(Authenticator.objects.get(user=lee).data)
    assert secret not in stored


def data_of(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = Authenticator.objects.get(type=kind).data
    return found


def test_a_new_key_takes_the_second_steps_along(lee: User, settings: Settings) -> None:
    TOTP.activate(lee, generate_totp_secret())
    codes = RecoveryCodes.activate(lee)
    before = codes.generate_codes()
    moved = Authenticator.objects.create(
        user=actions.create_user("ana@brand.example", "a long enough phrase"),
        type=Authenticator.Type.RECOVERY_CODES,
        data={"migrated_codes": [crypto.seal("11111").decode(), crypto.seal("22222").decode()]},
    )
    settings.ENCRYPTION_KEYS = (NEW, OLD)
    assert crypto.not_opened_by((NEW,)) == {PLACE: 4}
    assert crypto.reseal_all() == 4
    assert crypto.not_opened_by((NEW,)) == {}
    settings.ENCRYPTION_KEYS = (NEW,)
    codes.instance.refresh_from_db()
    moved.refresh_from_db()
    assert codes.generate_codes() == before
    assert RecoveryCodes(moved).generate_codes() == ["11111", "22222"]
    assert codes.instance.data["used_mask"] == 0


def test_a_security_key_keeps_nothing_secret_and_survives(lee: User, settings: Settings) -> None:
    data = {"name": "blue one", "credential": {"id": "x"}}
    Authenticator.objects.create(user=lee, type=Authenticator.Type.WEBAUTHN, data=data)
    TOTP.activate(lee, generate_totp_secret())
    settings.ENCRYPTION_KEYS = (NEW,)
    assert crypto.not_opened_by() == {PLACE: 1}
    assert crypto.forget_lost() == {PLACE: 1}
    assert data_of("webauthn") == data
    assert Authenticator.objects.count() == 1
    assert crypto.forget_lost() == crypto.not_opened_by() == {}


def test_what_can_still_be_opened_is_not_forgotten(lee: User, settings: Settings) -> None:
    TOTP.activate(lee, generate_totp_secret())
    settings.ENCRYPTION_KEYS = (NEW, OLD)
    RecoveryCodes.activate(lee)
    settings.ENCRYPTION_KEYS = (NEW,)
    crypto.forget_lost()
    assert Authenticator.objects.get().type == Authenticator.Type.RECOVERY_CODES
