"""``cornbread replay``: read what was heard again, with the parsers of today."""

import sys

import click

from cornbread.config.cli.loading import load_product
from cornbread.config.cli.options import as_json
from cornbread.config.cli.output import print_json
from cornbread.config.cli.replay_options import replay_options

SHOWN = 80


@click.command()
@click.option("--channel", help="Name or id of one channel; all that keep payloads unless given.")
@replay_options
@as_json
def command(
    channel: str | None,
    workspace: str | None,
    since: str | None,
    until: str | None,
    match: bool,
    dry: bool,
    afresh: bool,
    as_json: bool,
) -> None:
    """Read stored payloads again, so that a mended parser mends the posts that are kept.

    Corrects text, language, attachments, links and what a post answers. Nothing is doubled and
    nobody is notified. Run again after an interruption, it goes on where it was.
    """
    run(channel, workspace, since, until, match=match, dry=dry, afresh=afresh, as_json=as_json)


def run(
    channel: str | None,
    workspace: str | None,
    since: str | None,
    until: str | None,
    *,
    match: bool,
    dry: bool,
    afresh: bool,
    as_json: bool,
) -> None:
    """What both commands do."""
    load_product()
    from cornbread.config.replaying import Replayer, channels_for, moment
    from cornbread.listening.replaying import Window

    window = Window(since=moment(since), until=moment(until))
    channels = channels_for(channel, workspace)
    replayer = Replayer(channels, window, match=match, dry=dry, afresh=afresh)
    if replayer.goes_on:
        click.echo("Going on where the last run was broken off; --afresh begins again.", err=True)
    totals = replayer.run(progress=sys.stderr.isatty())
    if as_json:
        print_json(totals.as_dict())
        return
    for sentence in totals.sentences():
        click.echo(sentence)
    for one in totals.examples if dry else ():
        before, after = (" ".join(str(value).split())[:SHOWN] for value in (one.before, one.after))
        click.echo(
            f"  {one.external_id}  {one.field}: {before or '(empty)'} → {after or '(empty)'}"
        )
