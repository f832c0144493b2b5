"""The demo's sign-in, kept beside the data so that every start can show it."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_FILE = "demo-sign-in.json"


@dataclass(frozen=True)
class SignIn:
    """What to type on the sign-in page."""

    email: str
    password: str


def keep(home: Path, sign_in: SignIn) -> None:
    """Write it down, readable for the owner of the home only."""
    path = home / _FILE
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(sign_in)), encoding="utf-8")


def kept(home: Path) -> SignIn | None:
    """What was written down; None when there is no demo, or somebody edited the file away."""
    try:
        return SignIn(**json.loads((home / _FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def forget(home: Path) -> None:
    """Remove it: the demo is gone, or its password was changed."""
    if (home / _FILE).exists():
        os.remove(home / _FILE)
