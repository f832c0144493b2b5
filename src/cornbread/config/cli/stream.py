"""``cornbread stream``: what waits between listeners and intake, and what was given up."""

from collections.abc import Callable
from typing import TypeVar

import click

from cornbread.config.cli.loading import load_product
from cornbread.config.cli.options import as_json
from cornbread.config.cli.output import print_json

#: Looked at in one go; whoever has more has one cause, and sees it in these.
MOST = 1_000
T = TypeVar("T")


@click.group()
def command() -> None:
    """The stream between listeners and intake (STREAM_URL)."""


@command.command("info")
@as_json
def info(as_json: bool) -> None:
    """Tell how much waits, is being taken in, and was given up."""
    _load()
    import msgspec

    from cornbread.foundation.wording import counted
    from cornbread.listening.streaming.state import state

    now = _asked(state)
    if as_json:
        print_json(msgspec.structs.asdict(now) | {"filled": round(now.filled, 4)})
        return
    click.echo(f"{now.server} (NATS {now.version}), stream {now.name}")
    click.echo(f"waiting   {counted(now.waiting, 'message')}")
    click.echo(f"held      {now.held} by workers, {now.redelivered} of them handed out before")
    click.echo(f"stored    {now.bytes:,} of {now.room_bytes:,} bytes ({now.filled:.1%})")
    click.echo(f"given up  {counted(now.dead, 'message')}")


@command.command("dead")
@as_json
def dead(as_json: bool) -> None:
    """List the batches that could not be taken in, the oldest first, with the reason."""
    _load()
    import msgspec

    from cornbread.listening.streaming.letters import dead_letters

    found = _asked(lambda: dead_letters(MOST))
    if as_json:
        print_json([msgspec.structs.asdict(one) for one in found])
        return
    for one in found:
        posts = "unreadable" if one.posts is None else f"{one.posts} posts"
        channel = "" if one.channel_id is None else f" of channel {one.channel_id}"
        click.echo(f"{one.number}  {one.at:%Y-%m-%d %H:%M} UTC  {posts}{channel}")
        click.echo(f"    {one.reason}, tried {one.attempts}x, {one.bytes:,} bytes")
    if not found:
        click.echo("Nothing was given up.")


@command.command("replay")
@click.argument("number", type=click.IntRange(1, 2**63 - 1), required=False, metavar="NUMBER")
@click.option("--all", "every", is_flag=True, help="Everything that was given up.")
def replay(number: int | None, every: bool) -> None:
    """Hand the batch with this NUMBER, as `stream dead` shows it, to the workers again.

    What was taken in already is not doubled.
    """
    if (number is None) != every:
        raise click.UsageError("Name the NUMBER of one batch, or --all.")
    _load()
    from cornbread.foundation.errors import NotFound
    from cornbread.foundation.wording import counted
    from cornbread.listening.streaming import letters

    if number is not None:
        if not _asked(lambda: letters.replay(number)):
            raise NotFound("There is no batch with this number among those given up.")
        click.echo(f"Batch {number} is handed out again.")
        return
    found = _asked(lambda: letters.dead_letters(MOST))
    done = sum(_asked(lambda one=one: letters.replay(one.number)) for one in found)  # type: ignore[misc]
    ending = "es are" if done != 1 else " is"
    click.echo(f"{done} batch{ending} handed out again.")
    if len(found) == MOST:
        click.echo(f"Only the first {counted(MOST, 'letter')}; say it once more for the rest.")


def _load() -> None:
    load_product()
    from cornbread.foundation.errors import Invalid
    from cornbread.listening.streaming import sharing

    if not sharing.wanted():
        raise Invalid("There is no stream: STREAM_URL is not set.")


def _asked(question: Callable[[], T]) -> T:
    """The answer; a server that falls silent in between is told as a refusal."""
    from cornbread.foundation.stream import Disturbed, StreamUnreachable

    try:
        return question()
    except Disturbed as trouble:
        raise StreamUnreachable(f"The stream server did not answer: {trouble}.") from trouble
