"""Checks of the machine; none of them needs the product to load."""

import platform
import shutil
import stat
import sys
import time
from pathlib import Path

from cornbread.config import sqlite
from cornbread.config.doctor.finding import Finding, fail, ok, warn
from cornbread.foundation.errors import Refusal

OLDEST_PYTHON = (3, 11)
#: Below this much free space a backup or a big import may not fit.
LOW_DISK = 2 * 1024**3
NO_DISK = 200 * 1024**2
#: Files written this many seconds in the future mean that the clock was set back.
_CLOCK_SLACK_S = 60


def python() -> Finding:
    """The interpreter is new enough."""
    version = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        return fail("python", f"Python {version}", "Install Python 3.11 or newer; `make setup`.")
    return ok("python", f"Python {version}", version=version)


def sqlite_version(database_url: str | None) -> Finding:
    """The SQLite in use is outside the range that can lose data."""
    if database_url and not database_url.startswith("sqlite"):
        return ok("sqlite", "not used: DATABASE_URL names another database")
    try:
        version = sqlite.install()
    except Refusal as refusal:
        return fail("sqlite", refusal.message, "Run `make setup`.")
    return ok("sqlite", f"SQLite {version}, safe in write-ahead mode", version=version)


def privacy(home: Path, database: Path) -> Finding:
    """Nobody but their owner gets at the home and the database; ``database`` is SQLite's file."""
    files = [database.with_name(database.name + end) for end in ("", "-wal", "-shm")]
    # In a folder that is closed to others, it does not matter what the files in it allow.
    exposed = [home] if _open_to_others(home) else []
    if exposed or database.parent != home:
        exposed += [path for path in files if path.exists() and _open_to_others(path)]
    if exposed:
        names = " ".join(map(str, exposed))
        return warn("data directory", f"Other users can get at {names}", f"chmod go= {names}")
    return ok("data directory", f"{home}, closed to other users")


def _open_to_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def key_files(home: Path) -> Finding:
    """The keys can be read by nobody but their owner."""
    files = [path for path in (home / "keys").glob("*") if path.is_file()]
    exposed = [path for path in files if _open_to_others(path)]
    if exposed:
        names = ", ".join(str(path) for path in exposed)
        return warn("key files", f"Other users can read {names}", f"chmod 600 {names}")
    if not files:
        return ok("key files", "none yet; the first start makes them")
    return ok("key files", f"{home / 'keys'}, readable by their owner only; keep a copy elsewhere")


def disk(home: Path) -> Finding:
    """There is room for the data to grow."""
    free = shutil.disk_usage(home).free
    sentence = f"{free / 1024**3:.1f} GB free where {home} lies"
    advice = "Free some space, or move the data and set CORNBREAD_HOME."
    if free < NO_DISK:
        return fail("disk", sentence, advice, free_bytes=free)
    if free < LOW_DISK:
        return warn("disk", sentence, advice, free_bytes=free)
    return ok("disk", sentence, free_bytes=free)


def clock(home: Path) -> Finding:
    """Time has not gone back: nothing here was written after now."""
    newest = max((path.stat().st_mtime for path in home.iterdir()), default=0.0)
    ahead = newest - time.time()
    if ahead > _CLOCK_SLACK_S:
        return fail(
            "clock",
            f"Data was written {ahead:.0f} s in the future of this machine's clock",
            "Set the clock and keep it right with a time service: every target time needs it.",
            ahead_s=round(ahead),
        )
    moment = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    return ok("clock", moment)
