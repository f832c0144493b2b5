"""Accounts that people sign in with."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from cornbread.foundation.errors import Invalid
from cornbread.team.models import User


def checked_email(text: str) -> str:
    """The address in the form in which it is kept; Invalid when it cannot be one."""
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError as wrong:
        message = "That is not an e-mail address."
        raise Invalid(message, fields={"email": message}) from wrong
    return email


def create_user(email: str, password: str | None, *, name: str = "") -> User:
    """A user who can sign in; with a clear refusal for bad addresses and weak passwords."""
    email = checked_email(email)
    if User.objects.filter(email__iexact=email).exists():
        message = "Somebody already signs in with this address."
        raise Invalid(message, fields={"email": message})
    if password is not None:
        try:
            validate_password(password, User(email=email, name=name))
        except ValidationError as weak:
            raise Invalid(weak.messages[0], fields={"password": " ".join(weak.messages)}) from weak
    return User.objects.create_user(email, password, name=name.strip())
