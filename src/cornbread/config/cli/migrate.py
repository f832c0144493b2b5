"""``cornbread migrate``: bring the database up to date."""

import click

from cornbread.config.cli.loading import load_product


@click.command()
def command() -> None:
    """Bring the database up to date. Safe to repeat, and to run from several machines at once."""
    load_product()
    from cornbread.config import migrating

    migrating.migrate()
