"""``cornbread canned``: canned responses listed, brought in from files, and taken out."""

from collections.abc import Callable
from pathlib import Path

import click

from cornbread.config.cli.loading import load_product
from cornbread.config.cli.options import as_json
from cornbread.config.cli.output import print_json


@click.group()
def command() -> None:
    """Canned responses: good answers, written once."""


def _who(function: Callable[..., None]) -> Callable[..., None]:
    member = click.option("--member", required=True, help="E-mail address of who asks.")
    workspace = click.option("--workspace", required=True, help="Slug of the workspace.")
    return workspace(member(function))


@command.command("list")
@_who
@as_json
def list_canned(workspace: str, member: str, as_json: bool) -> None:
    """List those that the member may use, by shortcut."""
    load_product()
    from cornbread.outbound.queries import canned
    from cornbread.outbound.schemas import CannedOut
    from cornbread.team.queries import member_by_email

    found = canned(seen_by=member_by_email(workspace, member), archived=False)
    if as_json:
        print_json([CannedOut.of(one).dict() for one in found])
        return
    for one in found:
        click.echo(f"/{one.shortcut}  {one.title}  (used {one.times_used})")
    if not found:
        click.echo("There are no canned responses yet.")


@command.command("export")
@_who
@click.option("--as", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)
def export(workspace: str, member: str, form: str) -> None:
    """Write them to stdout, to be brought in elsewhere."""
    load_product()
    from cornbread.outbound.domain.canned_files import as_csv, as_json
    from cornbread.outbound.showing import rows_of
    from cornbread.team.queries import member_by_email

    rows = rows_of(seen_by=member_by_email(workspace, member))
    click.echo(as_csv(rows) if form == "csv" else as_json(rows), nl=False)


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_who
def bring_in(file: Path, workspace: str, member: str) -> None:
    """Take over a CSV or JSON file by its shortcuts: all of it, or nothing."""
    load_product()
    from cornbread.foundation.errors import Invalid
    from cornbread.outbound.actions import import_canned
    from cornbread.outbound.domain.canned_files import Unreadable, read
    from cornbread.team.queries import member_by_email

    try:
        rows = read(file.read_bytes())
    except Unreadable as wrong:
        raise Invalid(str(wrong)) from wrong
    came = import_canned(rows, by=member_by_email(workspace, member))
    click.echo(f"{came.new} new, {came.changed} changed, {came.same} as they were.")
