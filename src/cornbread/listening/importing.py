"""Bringing a file of posts in: streaming, resumable, and the same however often it is repeated."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import takewhile
from pathlib import Path

import msgspec

from cornbread.channels import queries as channels
from cornbread.channels.models import Channel
from cornbread.channels.networks.file.lines import Place
from cornbread.channels.networks.file.mapping import Mapping
from cornbread.channels.networks.file.problems import RejectedLine
from cornbread.channels.networks.file.reader import batches, file_key, mapping_for, read, resume
from cornbread.foundation import clock
from cornbread.foundation.jobs import dead_letters, drain, replay
from cornbread.listening.actions import own_channel
from cornbread.listening.intake import take_in
from cornbread.team.domain.actors import Actor, require
from cornbread.team.models import Workspace

#: Posts in one transaction: long enough to be fast, short enough that others can write between.
BATCH = 1000


class Step(msgspec.Struct, frozen=True):
    """How far an import is after a batch. ``offset`` and ``size`` are bytes of the file."""

    offset: int
    size: int
    read: int
    new: int
    edited: int
    rejected: tuple[RejectedLine, ...]


def import_file(
    path: Path, spec: str | None, workspace: Workspace, *, by: Actor, name: str = "import"
) -> Iterator[Step]:
    """Import a file step by step. A run that was cut off goes on where its last batch was kept.

    Posts are known by their ids, so importing the file again, or another that overlaps with it,
    changes nothing. Later rooms have followed every step when it is yielded.
    """
    require(by, "import.run", workspace.pk)
    mapping: Mapping = mapping_for(path, spec)
    channel = own_channel(workspace.pk, name, by=by)
    start = _start(path, mapping, channel)
    size = path.stat().st_size
    # What a cut-off run had kept but not followed up comes first.
    _revive(workspace)
    _follow_up(workspace)
    for batch, rejected, place in batches(path, mapping, size=BATCH, start=start):
        kept = take_in(channel, batch)
        _follow_up(workspace)
        yield Step(
            offset=place.offset,
            size=size,
            read=len(batch.posts) + len(rejected),
            new=len(kept.heard),
            edited=len(kept.edited),
            rejected=rejected,
        )
    _follow_up(workspace, wait_out=timedelta(hours=1))


def rejected_before(
    path: Path, spec: str | None, workspace: Workspace, *, by: Actor, name: str = "import"
) -> Iterator[RejectedLine]:
    """The lines that earlier runs left out, up to where an import of this file would go on now.

    Read from the file again, so that no run has to remember them for the next one.
    """
    require(by, "import.run", workspace.pk)
    mapping = mapping_for(path, spec)
    start = _start(path, mapping, own_channel(workspace.pk, name, by=by))
    before = takewhile(lambda row: row.line <= start.line, read(path, mapping))
    return (row for row in before if isinstance(row, RejectedLine))


def _start(path: Path, mapping: Mapping, channel: Channel) -> Place:
    return resume(path, mapping, channels.cursor(channel.pk, f"file:{file_key(path)}"))


def _revive(workspace: Workspace) -> None:
    """Reactions that were given up, because run after run was cut off in them."""
    for letter in dead_letters(workspace_id=workspace.pk):
        if letter.queue == "reactions":
            replay(letter.pk)


def _follow_up(workspace: Workspace, *, wait_out: timedelta = timedelta(0)) -> None:
    """Let later rooms react here and now, also to what a running worker has begun.

    Reactions that failed and would be tried again within ``wait_out`` are tried again now.
    """
    drain(
        queues=["reactions"],
        workspace_id=workspace.pk,
        until=clock.now() + wait_out if wait_out else None,
        raise_errors=False,
        wait_s=60,
    )
