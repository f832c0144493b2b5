"""Keys live beside the database, never in it: losing one alone gives nothing away."""

import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from cornbread.foundation.errors import Refusal


class KeyMissing(Refusal):
    """The database holds secrets but the key that opens them is gone."""

    code = "key_missing"


@dataclass(frozen=True)
class Keys:
    """``session`` signs cookies; ``encryption`` holds Fernet keys, newest first."""

    session: str
    encryption: tuple[str, ...]


def load_keys(home: Path) -> Keys:
    """Read the keys from the environment or ``home/keys``; make them for a new installation.

    Raises KeyMissing when there is already a database but no key: a new key would only turn
    every stored secret into noise.
    """
    session = os.environ.get("CORNBREAD_SECRET_KEY") or _from_file(home, "session")
    encryption = os.environ.get("CORNBREAD_ENCRYPTION_KEYS") or _from_file(home, "encryption")
    parts = (part.strip() for part in encryption.replace("\n", ",").split(","))
    return Keys(session, tuple(part for part in parts if part))


def from_environment() -> bool:
    """Whether the encryption keys are given from outside, where we cannot change them."""
    return bool(os.environ.get("CORNBREAD_ENCRYPTION_KEYS"))


def key_file(home: Path) -> Path:
    """Where the encryption keys are, unless they are given from outside."""
    return home / "keys" / "encryption"


def new_key() -> str:
    """A fresh encryption key."""
    return Fernet.generate_key().decode()


def write_keys(home: Path, keys: Sequence[str]) -> None:
    """Replace the encryption keys, newest first. After a power cut the old or the new are there."""
    path = key_file(home)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with _beside(path, "\n".join(keys) + "\n") as written:
        os.replace(written, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _from_file(home: Path, name: str) -> str:
    path = home / "keys" / name
    if path.exists():
        return path.read_text().strip()
    # Looked at again after the database: another process may just have made both.
    if name == "encryption" and _has_data(home) and not path.exists():
        raise KeyMissing(
            f"The key file {path} is missing, but a database exists. Restore the file from your "
            "backup, or set CORNBREAD_ENCRYPTION_KEYS. Starting without it would lose every "
            "secret; if it is gone for good, see `cornbread keys forget-lost`."
        )
    path.parent.mkdir(mode=0o700, exist_ok=True)
    key = new_key() if name == "encryption" else secrets.token_urlsafe(50)
    _write_once(path, key)
    return path.read_text().strip()


def _write_once(path: Path, key: str) -> None:
    """Two processes may start at once: link() lets exactly one of them name the key."""
    with _beside(path, key) as written, suppress(FileExistsError):
        os.link(written, path)


@contextmanager
def _beside(path: Path, text: str) -> Iterator[str]:
    """A finished file in the same folder, for its owner only; gone afterwards unless renamed."""
    descriptor, mine = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield mine
    finally:
        with suppress(FileNotFoundError):
            os.unlink(mine)


def _has_data(home: Path) -> bool:
    # PostgreSQL is not looked at here: foundation.crypto compares its stored key check at start.
    return not os.environ.get("DATABASE_URL") and (home / "cornbread.sqlite3").exists()
