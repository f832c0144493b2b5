"""The second step of signing in."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from cornbread.team import actions

pytestmark = pytest.mark.django_db


def test_the_secret_of_the_second_step_is_not_readable_in_the_database() -> None:
    user = actions.create_user("lee@brand.example", "a long enough phrase")
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    stored = str(Authenticator.objects.get(user=user).data)
    assert secret not in stored
