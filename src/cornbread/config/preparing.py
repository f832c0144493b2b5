"""Make the data ready for a start: the key fits, the tables are there, an empty one has a story."""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from cornbread.config import migrating, signin
from cornbread.config.console import console
from cornbread.foundation import crypto


def prepare(*, demo: bool) -> None:
    """Migrate, check the key, fill an empty database. Raises a Refusal when it must not start."""
    migrating.migrate()
    crypto.verify_key()
    if demo and _is_empty():
        _fill()
    _forget_changed_sign_in()


def _is_empty() -> bool:
    from cornbread.team.models import User, Workspace

    return not (User.objects.exists() or Workspace.objects.exists())


def _fill() -> None:
    name = "cornbread.config.demo"
    if find_spec(name) is None:
        return
    with console.status("Filling the empty database with the demo brand"):
        sign_in = import_module(name).fill()
    signin.keep(settings.HOME, signin.SignIn(sign_in.email, sign_in.password))
    console.print("The demo brand is ready.")


def _forget_changed_sign_in() -> None:
    """Show a sign-in only as long as it works."""
    from cornbread.team.models import User

    known = signin.kept(settings.HOME)
    if known is None:
        return
    user = User.objects.filter(email=known.email).first()
    if user is None or not user.check_password(known.password):
        signin.forget(settings.HOME)
