"""Make the data ready for a start: the key fits, the tables are there, an empty one has a story."""

from django.conf import settings
from django.db import transaction

from cornbread.config import demo, migrating, signin
from cornbread.config.console import console
from cornbread.foundation import crypto
from cornbread.listening.streaming import sharing as streaming
from cornbread.team.models import User, Workspace


def prepare(*, with_demo: bool) -> None:
    """Migrate, check the key, fill an empty database. Raises a Refusal when it must not start."""
    migrating.migrate()
    crypto.verify_key()
    if streaming.wanted():
        # A stream that is not there is said once and clearly, not by three restarting processes.
        streaming.stream()
        streaming.close()
    if with_demo and _is_empty():
        with console.status("Filling the empty database with the demo brand"):
            _fill()
        console.print("The demo brand is ready.")
    _forget_changed_sign_in()


def _is_empty() -> bool:
    return not (User.objects.exists() or Workspace.objects.exists())


@transaction.atomic
def _fill() -> None:
    # All or nothing: half a story, left by a start that was interrupted, would never be finished.
    signin.keep(settings.HOME, demo.fill())


def _forget_changed_sign_in() -> None:
    """Show a sign-in only as long as it works."""
    known = signin.kept(settings.HOME)
    if known is None:
        return
    user = User.objects.filter(email=known.email).first()
    if user is None or not user.check_password(known.password):
        signin.forget(settings.HOME)
