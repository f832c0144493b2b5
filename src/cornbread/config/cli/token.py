"""``cornbread token create``: a key for a program, from the machine it runs on."""

import click

from cornbread.config.cli.loading import load_product
from cornbread.config.cli.options import as_json
from cornbread.config.cli.output import print_json


@click.group()
def command() -> None:
    """API tokens."""


@command.command("create")
@click.option("--workspace", required=True, help="Slug of the workspace.")
@click.option("--member", required=True, help="E-mail address of the member it speaks for.")
@click.option("--scope", "scopes", multiple=True, help="May be given several times.")
@click.option("--name", default="command line", show_default=True)
@click.option("--days", default=365, show_default=True, help="How long it lives.")
@as_json
def create(
    workspace: str, member: str, scopes: tuple[str, ...], name: str, days: int, as_json: bool
) -> None:
    """Create a token and print its secret, once."""
    load_product()
    from cornbread.team import actions, queries
    from cornbread.team.domain.actors import SYSTEM

    who = queries.member_by_email(workspace, member)
    token, secret = actions.create_token(name, scopes, for_member=who, by=SYSTEM, days=days)
    if as_json:
        print_json(
            {"secret": secret, "scopes": token.scopes, "expires_at": token.expires_at.isoformat()}
        )
        return
    click.echo(secret)
    click.echo(f"Keep it: it is not shown again. Expires {token.expires_at:%Y-%m-%d}.", err=True)
