"""``cornbread jobs``: work that was given up, and running it again."""

from collections.abc import Mapping

import click

from cornbread.config.cli.loading import load_product
from cornbread.config.cli.options import as_json
from cornbread.config.cli.output import print_json

#: Looked at in one go; whoever has more has one cause, and sees it in these.
MOST = 1_000


@click.group()
def command() -> None:
    """Work that is done in the background."""


@command.command("dead")
@as_json
def dead(as_json: bool) -> None:
    """List the jobs that were given up, the latest first, with the reason."""
    load_product()
    from cornbread.foundation.failures import failure_of
    from cornbread.foundation.jobs import dead_letters
    from cornbread.team.queries import workspace_slugs

    slugs = workspace_slugs()
    found = [
        {**one.as_dict(), "workspace": slugs.get(one.workspace_id or 0)}
        for one in map(failure_of, dead_letters(limit=MOST))
    ]
    if as_json:
        print_json(found)
        return
    for row in found:
        _print(row)
    if not found:
        click.echo("No job was given up.")


def _print(row: Mapping[str, object]) -> None:
    where = row["workspace"] or "no workspace"
    click.echo(f"{row['id']}  {row['failed_at']:%Y-%m-%d %H:%M} UTC  {where}  {row['work']}")
    click.echo(f"    {row['why']} ({row['code']}, {row['error']}, tried {row['attempts']}x)")


@command.command("replay")
@click.argument("job", type=click.IntRange(1, 2**63 - 1), required=False, metavar="ID")
@click.option("--all", "every", is_flag=True, help="Every job that was given up.")
def replay(job: int | None, every: bool) -> None:
    """Give the job with this ID, as `jobs dead` shows it, all its attempts again.

    A worker takes it at once. Every job may safely be run twice.
    """
    if (job is None) != every:
        raise click.UsageError("Name the ID of one job, or --all.")
    load_product()
    from cornbread.foundation.errors import NotFound, Stale
    from cornbread.foundation.jobs import dead_letters
    from cornbread.foundation.jobs import replay as replay_one
    from cornbread.foundation.wording import counted

    if job is not None:
        replay_one(job)
        click.echo(f"Job {job} runs again.")
        return
    letters = dead_letters(limit=MOST)
    done = 0
    for letter in letters:
        try:
            replay_one(letter.id)
        except (NotFound, Stale):
            continue
        done += 1
    left = len(letters) - done
    click.echo(f"{counted(done, 'job')} will run again.")
    if left:
        click.echo(f"{counted(left, 'job')} left, because a newer one does the same.")
