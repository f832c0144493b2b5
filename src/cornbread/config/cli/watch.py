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
    from cornbread.listening.advising import advice_on
    from cornbread.listening.domain.query import QueryError, normal_form, parse, print_query
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
        parts = [{"part": one.text, "caught_without": one.caught} for one in found.effects]
        form = print_query(normal_form(parse(query)))
        told = {"of": found.of, "caught": found.caught, "expected_of_10000": found.expected}
        print_json({**told, "normal_form": form, "parts": parts, "examples": examples})
        return
    click.echo(f"caught {found.caught} of the last {counted(found.of, 'post')}")
    for advice in advice_on(query, found):
        click.echo(f"  ! {advice.text}")
    for part in found.effects:
        click.echo(f"  without {'  ' * part.depth}{part.text}: {_change(part.more)}")
    for one in examples[:SHOWN]:
        click.echo(f"  @{one['handle']}: {' '.join(str(one['text']).split())[:120]}")


def _change(more: int | None) -> str:
    """What a part of the query is there for, by what would change without it."""
    if more is None:
        return "nothing left to listen for"
    if more == 0:
        return "no difference so far"
    return f"{abs(more)} {'more' if more > 0 else 'fewer'}"
