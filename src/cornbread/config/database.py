"""Turn DATABASE_URL into Django's database settings."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cornbread.config import sqlite
from cornbread.foundation.errors import Invalid


def database(url: str | None, home: Path) -> dict[str, Any]:
    """Settings for one database: SQLite under ``home`` unless a postgres:// address is given.

    Raises Invalid for an address of another kind, UnsafeSQLite where SQLite cannot be used.
    """
    parts = urlsplit(url or "sqlite:")
    if parts.scheme == "sqlite":
        return _sqlite(sqlite_file(url, home))
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise Invalid(f"DATABASE_URL starts with {parts.scheme}://; use postgres:// or sqlite://.")


def sqlite_file(url: str | None, home: Path) -> Path:
    """Where SQLite keeps the data, or would keep it if it were used."""
    parts = urlsplit(url or "")
    elsewhere = parts.scheme == "sqlite" and parts.path
    return Path(unquote(parts.path)) if elsewhere else home / "cornbread.sqlite3"


def _sqlite(path: Path) -> dict[str, Any]:
    sqlite.install()
    return {
        "ENGINE": "cornbread.foundation.sqlite3",
        "NAME": path,
        # Opening the file again for every job would cost more than most jobs.
        "CONN_MAX_AGE": None,
        # A file, because threads that share a database in memory lock each other out of tables.
        "TEST": {"NAME": path.with_name("test.sqlite3")},
        "OPTIONS": {
            # Without IMMEDIATE, concurrent writers fail at once instead of waiting their turn.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                "PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY"
            ),
        },
    }
