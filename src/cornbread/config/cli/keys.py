"""``cornbread keys``: change the encryption key, or go on without a lost one."""

import os

import click

from cornbread.config import home
from cornbread.config.cli.loading import load_product
from cornbread.config.keys import from_environment, key_file, new_key


@click.group()
def command() -> None:
    """The keys that open stored secrets."""


@command.command("rotate")
@click.option("--finish", is_flag=True, help="Remove the older keys, once nothing needs them.")
def rotate(finish: bool) -> None:
    """Make a new encryption key and seal every secret with it. Stop Cornbread first.

    The older key stays until you remove it with --finish, which refuses while anything needs it.
    Safe to repeat when it was interrupted.
    """
    from cornbread.config import keyring

    with keyring.alone(home.home()):
        load_product()
        click.echo(keyring.finish() if finish else keyring.rotate())


@command.command("forget-lost")
@click.option("--yes", is_flag=True, help="Do it; without this it only says what would be lost.")
def forget_lost(yes: bool) -> None:
    """Let go of the secrets whose key is lost, so that Cornbread can start again.

    Channels have to be reconnected, and second steps of sign-ins set up again. Everything else
    stays. Where the key file is missing, a new key takes its place.
    """
    from cornbread.config import keyring

    place = home.home()
    with keyring.alone(place):
        missing = not (from_environment() or key_file(place).exists())
        stand_in = new_key() if missing else None
        if stand_in:
            # Only for this process, until somebody is sure.
            os.environ["CORNBREAD_ENCRYPTION_KEYS"] = stand_in
        load_product()
        click.echo(keyring.forget_lost(stand_in=stand_in, sure=yes))
