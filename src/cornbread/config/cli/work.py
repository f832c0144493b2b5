"""``cornbread work``: run the jobs that the product puts off for later."""

import click

from cornbread.config import lifeline
from cornbread.config.cli.loading import load_product


@click.command()
@click.option("--queue", "queues", multiple=True, help="Only this queue (can be repeated).")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64))
def command(queues: tuple[str, ...], threads: int) -> None:
    """Run jobs until stopped: replies to send, reactions, tidying up."""
    stop = lifeline.stop_event()
    load_product()
    from django.conf import settings

    from cornbread.foundation.errors import Invalid
    from cornbread.foundation.jobs import Worker

    known = settings.TASKS["default"]["QUEUES"]
    if unknown := set(queues) - set(known):
        raise Invalid(f"There is no queue {', '.join(sorted(unknown))}. Known: {', '.join(known)}.")
    Worker(queues or None, threads=threads).run(stop)
