"""Choose a safe SQLite before Django loads one.

SQLite before 3.51.3 can lose data when a write-ahead log is reset (fixed also in 3.44.6 and
3.50.7). Where the interpreter's own SQLite is older, ``pysqlite3`` takes its place.
"""

import sqlite3
import sys

from cornbread.foundation.errors import Refusal

SAFE = (3, 51, 3)
PATCHED = {(3, 44): 6, (3, 50): 7}


class UnsafeSQLite(Refusal):
    """No SQLite at hand is outside the corruption range."""

    code = "unsafe_sqlite"


def is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite version holds the fix for the write-ahead log reset."""
    patched = PATCHED.get(version[:2])
    return version >= SAFE or (patched is not None and version[2] >= patched)


def install() -> str:
    """Make ``import sqlite3`` give a safe SQLite; return its version, or raise UnsafeSQLite."""
    if is_safe(_version(sqlite3.sqlite_version)):
        return sqlite3.sqlite_version
    try:
        import pysqlite3
    except ImportError as missing:
        raise UnsafeSQLite(_sentence(sqlite3.sqlite_version)) from missing
    if not is_safe(_version(pysqlite3.sqlite_version)):
        raise UnsafeSQLite(_sentence(pysqlite3.sqlite_version))
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
    return str(pysqlite3.sqlite_version)


def _version(text: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in text.split(".")[:3])
    return major, minor, patch


def _sentence(version: str) -> str:
    return (
        f"SQLite {version} can corrupt a database in write-ahead mode. Run `make setup` to install "
        "pysqlite3, use a Python with SQLite 3.51.3 or newer, or set DATABASE_URL to PostgreSQL."
    )
