"""``cornbread rules``: what rules there are, what one would do, and switching them."""

from collections.abc import Callable
from typing import Any

import click

from cornbread.config.cli.loading import load_product
from cornbread.config.cli.options import as_json
from cornbread.config.cli.output import print_json


@click.group()
def command() -> None:
    """Rules that act on conversations by themselves."""


def _who(function: Callable[..., None]) -> Callable[..., None]:
    member = click.option("--member", required=True, help="E-mail address of who asks.")
    workspace = click.option("--workspace", required=True, help="Slug of the workspace.")
    return workspace(member(function))


_rule = click.argument("rule", type=click.IntRange(1, 2**63 - 1), metavar="ID")


@command.command("list")
@_who
@as_json
def list_rules(workspace: str, member: str, as_json: bool) -> None:
    """List the rules, those that are on first, with what they did in the last week."""
    load_product()
    from cornbread.automation.showing import rule_rows
    from cornbread.team.queries import member_by_email

    rows = rule_rows(seen_by=member_by_email(workspace, member))
    if as_json:
        print_json(
            [
                {
                    "id": row.rule.pk,
                    "name": row.rule.name,
                    "active": row.rule.active,
                    "when": row.when,
                    "if": row.conditions,
                    "then": row.steps,
                }
                for row in rows
            ]
        )
        return
    for row in rows:
        state = "on " if row.rule.active else "off"
        click.echo(f"{row.rule.pk}  {state}  {row.rule.name}")
        click.echo(f"    when {row.when}")
        for group in row.conditions:
            click.echo(f"    if   {group}")
        click.echo(f"    then {'; '.join(row.steps)}")
    if not rows:
        click.echo("There are no rules yet.")


@command.command("try")
@_rule
@_who
@as_json
def try_out(rule: int, workspace: str, member: str, as_json: bool) -> None:
    """Say what a rule would have done in the last seven days; nothing is changed."""
    load_product()
    from cornbread.automation.schemas.rules import TrialOut
    from cornbread.automation.trying import try_rule
    from cornbread.team.queries import member_by_email

    found = try_rule(rule, seen_by=member_by_email(workspace, member))
    if as_json:
        print_json(TrialOut.of(found).dict())
        return
    click.echo(f"would have fired on {found.fires} of {found.looked_at} conversations")
    for one in found.firing:
        click.echo(f"  + {one.conversation.pk}  {one.conversation.person}")
    for words, count in found.reasons:
        click.echo(f"  - {count}x not: {words}")


@command.command("on")
@_rule
@_who
def switch_on(rule: int, workspace: str, member: str) -> None:
    """Let a rule run from now on."""
    _switch(rule, workspace, member, on=True)


@command.command("off")
@_rule
@_who
def switch_off(rule: int, workspace: str, member: str) -> None:
    """Stop a rule."""
    _switch(rule, workspace, member, on=False)


def _switch(rule: int, workspace: str, member: str, *, on: bool) -> None:
    load_product()
    from cornbread.automation.actions import switch_rule
    from cornbread.team.queries import member_by_email

    found: Any = switch_rule(rule, on=on, by=member_by_email(workspace, member))
    click.echo(f"“{found.name}” is {'on' if found.active else 'off'}.")
