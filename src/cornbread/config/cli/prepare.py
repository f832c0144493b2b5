"""``cornbread prepare``: what ``run`` does before it starts the processes."""

import click

from cornbread.config import lifeline
from cornbread.config.cli import options
from cornbread.config.cli.loading import load_product


@click.command()
@options.demo
def command(demo: bool) -> None:
    """Check keys and database, bring it up to date, fill an empty one with the demo brand.

    For those who start `serve`, `listen` and `work` from a service manager of their own.
    """
    lifeline.hold()
    load_product()
    from cornbread.config import preparing

    preparing.prepare(with_demo=demo)
