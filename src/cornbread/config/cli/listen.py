"""``cornbread listen``: hear what the connected networks say."""

import click

from cornbread.config import lifeline
from cornbread.config.cli.loading import load_product


@click.command()
def command() -> None:
    """Listen to all connected channels until stopped."""
    stop = lifeline.stop_event()
    load_product()
    from cornbread.listening import hearing
    from cornbread.listening.receiving.draining import draining

    with draining(stop):
        hearing.run(stop)
