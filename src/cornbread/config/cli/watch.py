"""``cornbread watch test``: try a listening query out."""

import click

from cornbread.config.cli.loading import load_product
from cornbread.config.cli.options import as_json
from cornbread.config.cli.output import print_json

SHOWN = 5


@click.group()
def command() -> None:
    """Listening queries."""


@command.command("test")
@click.argument("query")
@click.option("--workspace", required=True, help="Slug of the workspace whose posts are used.")
@as_json
def test(query: str, workspace: str, as_json: bool) -> None:
    """Say what QUERY would have caught of the posts kept last."""
    load_product()
    from cornbread.foundation.wording import counted
    from cornbread.listening.domain.query import QueryError
    from cornbread.listening.previewing import preview_of
    from cornbread.team.queries import workspace_named

    try:
        found = preview_of(query, workspace_named(workspace).pk)
    except QueryError as error:
        if not as_json:
            click.echo(f"{query}\n{' ' * error.position}{'^' * max(error.length, 1)}", err=True)
        raise
    examples = [
        {"handle": one.mention.identity.handle, "text": one.mention.text, "spans": one.spans}
        for one in found.examples
    ]
    if as_json:
        print_json({"of": found.of, "caught": found.caught, "examples": examples})
        return
    click.echo(f"caught {found.caught} of the last {counted(found.of, 'post')}")
    for one in examples[:SHOWN]:
        click.echo(f"  @{one['handle']}: {' '.join(str(one['text']).split())[:120]}")
