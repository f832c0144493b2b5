"""A transaction that waits for the turn to write looks for it all the time.

SQLite itself looks ever more rarely, in the end every tenth of a second. Whoever has waited long
is then passed by all who just came: beside a busy writer, one in a hundred waited two seconds for
turns of a tenth of a second each.
"""

import random
import time

from django.db import OperationalError
from django.db.backends.sqlite3 import base

#: How often to look whether it is our turn, in seconds.
LOOK_EVERY_S = 0.002
_DEFAULT_PATIENCE_S = 5.0


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's own, but for how a transaction begins."""

    def _start_transaction_under_autocommit(self) -> None:
        patience_s = float(self.settings_dict["OPTIONS"].get("timeout", _DEFAULT_PATIENCE_S))
        until = time.monotonic() + patience_s
        # Asked of the connection itself, which is no query of anybody's.
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            while not self._begun(last_try=time.monotonic() > until):
                time.sleep(LOOK_EVERY_S * random.uniform(0.5, 1.5))
        finally:
            # Single statements outside of transactions wait as SQLite does.
            self.connection.execute(f"PRAGMA busy_timeout = {int(patience_s * 1000)}")

    def _begun(self, *, last_try: bool) -> bool:
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except OperationalError as taken:
            if last_try or "locked" not in str(taken):
                raise
            return False
        return True
