"""What both commands that replay can be told."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--workspace", help="Slug of a workspace; all unless given."),
    click.option("--from", "since", metavar="TIME", help="Only what was heard from then on."),
    click.option("--to", "until", metavar="TIME", help="Only what was heard before."),
    click.option("--match", is_flag=True, help="Try the present watches on these posts too."),
    click.option("--dry", is_flag=True, help="Change nothing; say what would change."),
    click.option("--afresh", is_flag=True, help="Begin again after an interruption."),
)


def replay_options(command: F) -> F:
    """The options, in the order in which the help shows them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
