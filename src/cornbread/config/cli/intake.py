"""``cornbread intake``: take in what the stream between listeners and database holds."""

import click

from cornbread.config import lifeline
from cornbread.config.cli.loading import load_product


@click.command()
def command() -> None:
    """Take heard posts from the stream into the database until stopped.

    Only where STREAM_URL names a stream; any number may run, on any number of machines.
    """
    stop = lifeline.stop_event()
    load_product()
    from cornbread.foundation.errors import Invalid
    from cornbread.listening.streaming import sharing, worker

    if not sharing.wanted():
        raise Invalid("There is no stream: set STREAM_URL, or let `cornbread listen` do it all.")
    worker.run(stop)
    sharing.close()
