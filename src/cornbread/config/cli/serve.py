"""``cornbread serve``: the web server alone."""

import click

from cornbread.config import lifeline
from cornbread.config.cli import options
from cornbread.config.cli.loading import load_product


@click.command()
@options.port
@options.host
@click.option("--fd", type=int, hidden=True, help="An open listening socket to serve on instead.")
def command(port: int, host: str, fd: int | None) -> None:
    """Run one web server process (several can share a PostgreSQL database)."""
    lifeline.hold()
    load_product()
    from cornbread.config import web

    web.serve(host=host, port=port, fd=fd)
