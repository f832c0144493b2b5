"""``cornbread search``: the index that finds messages by their words."""

import click

from cornbread.config.cli.loading import load_product


@click.group()
def command() -> None:
    """The index that finds messages by their words."""


@command.command("rebuild")
def rebuild() -> None:
    """Index every message anew; when `cornbread doctor` says that some cannot be found."""
    load_product()
    from cornbread.foundation.wording import counted
    from cornbread.listening import searching

    click.echo(f"{counted(searching.rebuild(), 'message')} indexed.")
