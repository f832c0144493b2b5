"""``cornbread channel``: what the operator does with one channel."""

import click

from cornbread.config.cli.options import as_json
from cornbread.config.cli.replay import run
from cornbread.config.cli.replay_options import replay_options


@click.group()
def command() -> None:
    """One channel."""


@command.command("replay")
@click.argument("channel")
@replay_options
@as_json
def replay(
    channel: str,
    workspace: str | None,
    since: str | None,
    until: str | None,
    match: bool,
    dry: bool,
    afresh: bool,
    as_json: bool,
) -> None:
    """Read the stored payloads of CHANNEL (name or id) again; the same as `replay --channel`."""
    run(channel, workspace, since, until, match=match, dry=dry, afresh=afresh, as_json=as_json)
