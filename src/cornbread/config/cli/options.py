"""Options that several commands share."""

import click

port = click.option(
    "--port",
    envvar="PORT",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Where the web server listens; 0 takes any free one.",
)
host = click.option(
    "--host",
    envvar="CORNBREAD_HOST",
    default="127.0.0.1",
    show_default=True,
    help="0.0.0.0 lets other machines in; name the product's own names in CORNBREAD_HOSTS.",
)
demo = click.option(
    "--demo/--no-demo",
    envvar="DEMO",
    default=True,
    show_default=True,
    help="Whether an empty database is filled with the demo brand.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
