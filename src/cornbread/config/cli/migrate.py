"""``cornbread migrate``: bring the database up to date."""

import click

from cornbread.config.cli.loading import load_product
from cornbread.config.cli.output import console


@click.command()
def command() -> None:
    """Bring the database up to date. Safe to repeat, and to run from several machines at once."""
    load_product()
    from cornbread.config import migrating

    if not migrating.migrate():
        console.print("The database is up to date.")
