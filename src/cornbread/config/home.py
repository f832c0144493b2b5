"""Where this installation keeps its state, and the settings read from the environment."""

import os
from pathlib import Path


def home() -> Path:
    """The directory of all state (``CORNBREAD_HOME``, default ``./var``), made when missing."""
    path = Path(os.environ.get("CORNBREAD_HOME", "var")).resolve()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def flag(name: str, *, default: bool = False) -> bool:
    """An environment switch: 1, true, yes and on are true, anything else is false."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}
