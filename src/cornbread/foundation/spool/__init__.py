"""A durable spool on disk: what is accepted now and dealt with later survives ``kill -9``.

Writers append records to segment files and return once the disk has them; one reader takes them
in order and moves its position when it has dealt with them. Reading is at least once.
"""

from cornbread.foundation.spool.aside import SetAside, all_set_aside, let_go, set_aside
from cornbread.foundation.spool.commit import GroupCommit
from cornbread.foundation.spool.places import directories, open_writer, reading
from cornbread.foundation.spool.reader import Portion, Position, SpoolReader
from cornbread.foundation.spool.trouble import SpoolFull, SpoolTaken, SpoolUnwritable
from cornbread.foundation.spool.writer import SpoolWriter

__all__ = [
    "GroupCommit",
    "Portion",
    "Position",
    "SetAside",
    "SpoolFull",
    "SpoolReader",
    "SpoolTaken",
    "SpoolUnwritable",
    "SpoolWriter",
    "all_set_aside",
    "directories",
    "let_go",
    "open_writer",
    "reading",
    "set_aside",
]
