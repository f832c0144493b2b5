"""``cornbread spool``: handed-in records that were set aside, and handing them in again."""

from collections import Counter

import click

from cornbread.config.cli.loading import load_product
from cornbread.config.cli.options import as_json
from cornbread.config.cli.output import print_json


@click.group()
def command() -> None:
    """Handed-in posts that wait on this machine, and those that were set aside."""


@command.command("aside")
@as_json
def aside(as_json: bool) -> None:
    """List the records that could not be taken in, the oldest first, with the reason."""
    load_product()
    import msgspec

    from cornbread.listening.receiving.again import Fate, all_aside

    found = all_aside()
    if as_json:
        print_json([msgspec.to_builtins(one) for one in found])
        return
    fates = {
        Fate.READY: "can be handed in again",
        Fate.UNREADABLE: "cannot be read",
        Fate.NO_CHANNEL: "its channel is gone",
    }
    for one in found:
        what = f"{one.posts} posts of channel {one.channel_id}, " if one.channel_id else ""
        click.echo(f"{one.name}  {one.at[:16]}  {what}{one.bytes:,} bytes: {fates[one.fate]}")
        click.echo(f"    {one.reason}")
    if not found:
        click.echo("Nothing was set aside.")


@command.command("replay")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "every", is_flag=True, help="Everything that can be handed in again.")
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would be done.")
@as_json
def replay(names: tuple[str, ...], every: bool, dry: bool, as_json: bool) -> None:
    """Hand the records with these NAMES, as `spool aside` shows them, in again.

    A listener takes them in as if they had just arrived. What was taken in already is not doubled;
    what fails again is set aside again, with the new reason.
    """
    if bool(names) == every:
        raise click.UsageError("Name records, or --all.")
    load_product()
    from cornbread.foundation.errors import NotFound
    from cornbread.foundation.wording import counted
    from cornbread.listening.receiving.again import Fate, all_aside, hand_in_again

    found = [one for one in all_aside() if every or one.name in names]
    if missing := sorted(set(names) - {one.name for one in found}):
        raise NotFound(f"Nothing called {', '.join(missing)} was set aside.")
    ready = [one for one in found if one.fate is Fate.READY]
    left = Counter(one.fate for one in found if one.fate is not Fate.READY)
    done = len(ready) if dry else hand_in_again({one.name for one in ready})
    posts = sum(one.posts for one in ready)
    if as_json:
        told = {"records": done, "posts": posts, "dry_run": dry}
        print_json(told | {fate.value: left[fate] for fate in Fate if fate is not Fate.READY})
        return
    verb = "would be" if dry else "were" if done != 1 else "was"
    click.echo(f"{counted(done, 'record')} with {counted(posts, 'post')} {verb} handed in again.")
    if left[Fate.NO_CHANNEL]:
        click.echo(f"{counted(left[Fate.NO_CHANNEL], 'record')} left: the channel is gone.")
    if left[Fate.UNREADABLE]:
        click.echo(f"{counted(left[Fate.UNREADABLE], 'record')} left: the disk damaged them.")


@command.command("discard")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def discard(names: tuple[str, ...]) -> None:
    """Throw the records with these NAMES away for good."""
    load_product()
    from cornbread.foundation.wording import counted
    from cornbread.listening.receiving import again

    click.echo(f"{counted(again.discard(names), 'record')} thrown away.")
