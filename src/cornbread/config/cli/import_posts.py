"""``cornbread import``: bring a file of posts in."""

import sys
from pathlib import Path

import click

from cornbread.config.cli.loading import load_product

#: Rejected lines shown one by one; the rest are counted, and all are in the report file.
SHOWN = 10


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--workspace", required=True, help="Slug of the workspace; created when new.")
@click.option("--map", "mapping", help="Columns, as id=…,author=…,text=…,created_at=…")
@click.option("--name", default="import", help="Ids are unique within this name.")
@click.option("--report", type=click.Path(path_type=Path), help="Write rejected lines here (CSV).")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(
    file: Path,
    workspace: str,
    mapping: str | None,
    name: str,
    report: Path | None,
    as_json: bool,
) -> None:
    """Import a CSV or JSON Lines FILE of posts, exactly once however often it is repeated."""
    load_product()
    from cornbread.config.importing import Importer

    importer = Importer(file, workspace, mapping, name=name, report=report)
    totals = importer.run(progress=sys.stderr.isatty())
    if as_json:
        click.echo(totals.as_json())
        return
    click.echo(totals.sentence())
    for line in totals.first_rejected[:SHOWN]:
        click.echo(f"  line {line.line}: {line.sentence}")
    if totals.rejected > SHOWN:
        where = f"; all are in {report}" if report else "; --report FILE keeps them all"
        click.echo(f"  and {totals.rejected - SHOWN} more{where}")
