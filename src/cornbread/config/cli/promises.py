"""``cornbread promises``: how well a workspace keeps what its policies promise."""

import click

from cornbread.config.cli.loading import load_product
from cornbread.config.cli.options import as_json
from cornbread.config.cli.output import print_json


@click.command()
@click.option("--workspace", required=True, help="Slug of the workspace.")
@as_json
def command(workspace: str, as_json: bool) -> None:
    """Promises kept and broken by the present policies, worked out from the timelines."""
    load_product()
    import msgspec

    from cornbread.care.measuring import promise_figures_of
    from cornbread.team.queries import workspace_named

    figures = msgspec.to_builtins(promise_figures_of(workspace_named(workspace).pk))
    if as_json:
        print_json(figures)
        return
    for target, found in figures.items():
        click.echo(
            f"{target.replace('_', ' ')}: {found['kept']} kept, {found['broken']} broken, "
            f"{found['waiting']} waiting, {found['waived']} waived"
        )
        for clock in ("calendar", "business"):
            if found[clock]["n"]:
                click.echo(
                    f"  {clock} time: median {found[clock]['median_s']:.0f} s, 90 % within "
                    f"{found[clock]['p90_s']:.0f} s (n = {found[clock]['n']})"
                )
