"""``cornbread levels``: which levels the conversations of a workspace reached."""

import json

import click

from cornbread.config.cli.loading import load_product


@click.command()
@click.option("--workspace", required=True, help="Slug of the workspace.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(workspace: str, as_json: bool) -> None:
    """Levels and first response times, worked out from the timelines."""
    load_product()
    import msgspec

    from cornbread.care.measuring import summary_of
    from cornbread.foundation.wording import counted
    from cornbread.team.queries import workspace_named

    figures = msgspec.to_builtins(summary_of(workspace_named(workspace).pk))
    if as_json:
        click.echo(json.dumps(figures))
        return
    click.echo(counted(figures["conversations"], "conversation"))
    for level, count in figures["levels"].items():
        click.echo(f"  level {level}  {count:>8}")
    first = figures["first_response"]
    if first["n"]:
        click.echo(
            f"first response: median {first['median_s']:.0f} s, 90 % within "
            f"{first['p90_s']:.0f} s (n = {first['n']})"
        )
