"""``cornbread run``: everything with one command."""

import click

from cornbread.config import start
from cornbread.config.cli import options


@click.command()
@options.port
@options.host
@options.demo
def command(port: int, host: str, demo: bool) -> None:
    """Start web server, listeners and job worker, and keep them running.

    Brings the database up to date first. Ctrl-C stops everything.
    """
    raise SystemExit(start.start(host=host, port=port, demo=demo))
