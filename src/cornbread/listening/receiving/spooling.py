"""Where handed-in posts wait until they are taken in: durable when ``append`` returns."""

import atexit
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from cornbread.foundation import spool


class Spool(Protocol):
    """A place for records. Both raise Overloaded when it takes no more; nothing was kept then."""

    async def append(self, record: bytes, /) -> None:
        """Return when the record is durable."""

    def append_now(self, record: bytes, /) -> None:
        """The same for callers that may block."""


@cache
def the_spool() -> Spool:
    """The spool of this process: files under CORNBREAD_HOME, in a directory of its own."""
    most_bytes = settings.SPOOL_MB * 1024 * 1024
    files = spool.GroupCommit(lambda: spool.open_writer(root(), most_bytes=most_bytes))
    atexit.register(files.close)
    return files


def root() -> Path:
    """The directory of all spools of this machine."""
    return Path(settings.HOME) / "spool"
