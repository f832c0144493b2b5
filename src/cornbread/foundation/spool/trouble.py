"""Why a spool does not take something."""

from cornbread.foundation.errors import Overloaded


class SpoolFull(Overloaded):
    """As much waits as may wait."""

    code = "spool_full"


class SpoolUnwritable(Overloaded):
    """The disk does not take it: full, or broken."""

    code = "spool_unwritable"


class SpoolTaken(RuntimeError):
    """Another process writes into this directory, or reads from it."""
