"""Whoever waits for the turn to write looks for it all the time, and holds nothing meanwhile.

SQLite itself looks ever more rarely, in the end every tenth of a second: beside a busy writer,
whoever has waited long is passed by all who just came. And it holds the mutex of its connection
while it waits. The thread whose turn it is may need just that, when Python lets it collect what
another thread left lying about, a cursor for instance: then both wait until one gives up.
"""

import random
import time
from collections.abc import Callable
from sqlite3 import OperationalError
from typing import Any, TypeVar

from django.db.backends.sqlite3 import base

T = TypeVar("T")

#: How often to look whether it is our turn, in seconds.
LOOK_EVERY_S = 0.002
_DEFAULT_PATIENCE_S = 5.0
_TAKEN = "database is locked"


class Cursor(base.SQLiteCursorWrapper):
    """As Django's own; a statement that begins a transaction, or is one, waits for its turn."""

    patience_s = _DEFAULT_PATIENCE_S

    def execute(self, query: str, params: Any = None) -> Any:
        """Run a statement."""
        return self._patiently(super().execute, query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        """Run a statement with each of these."""
        if self.connection.in_transaction:
            return super().executemany(query, param_list)
        # Each of them is a transaction, so that nobody can begin again in the middle.
        self.connection.execute(f"PRAGMA busy_timeout = {int(self.patience_s * 1000)}")
        try:
            return super().executemany(query, param_list)
        finally:
            self.connection.execute("PRAGMA busy_timeout = 0")

    def _patiently(self, run: Callable[..., T], *values: Any) -> T:
        until = 0.0
        while True:
            try:
                return run(*values)
            except OperationalError as trouble:
                if str(trouble) != _TAKEN or self.connection.in_transaction:
                    raise
                now = time.monotonic()
                until = until or now + self.patience_s
                if now >= until:
                    raise
            # Not within the handler, where the error would live on and keep this cursor alive.
            time.sleep(LOOK_EVERY_S * random.uniform(0.5, 1.5))


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's own, with such cursors."""

    def init_connection_state(self) -> None:
        """What every connection begins with."""
        super().init_connection_state()
        # From here on it is cursors that wait.
        self.connection.execute("PRAGMA busy_timeout = 0")

    def create_cursor(self, name: str | None = None) -> Cursor:
        """A cursor that waits for its turn."""
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        cursor.patience_s = float(self.settings_dict["OPTIONS"].get("timeout", _DEFAULT_PATIENCE_S))
        return cursor
