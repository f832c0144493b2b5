"""Where this installation keeps its state, and the settings read from the environment."""

import os
from pathlib import Path

from cornbread.foundation.errors import Refusal


class SettingUnusable(Refusal):
    """A setting in the environment is not what it has to be."""

    code = "setting_unusable"


class HomeUnusable(Refusal):
    """The directory for all state cannot be made or written to."""

    code = "home_unusable"


def home() -> Path:
    """The directory of all state (``CORNBREAD_HOME``, default ``./var``), made when missing.

    Raises HomeUnusable when it is not a directory, or not ours to write to.
    """
    path = Path(os.environ.get("CORNBREAD_HOME") or "var").expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise HomeUnusable(
            f"The data directory {path} cannot be made: {error.strerror}. "
            "Choose another place with CORNBREAD_HOME."
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise HomeUnusable(
            f"The data directory {path} cannot be written to by this user. "
            "Change its owner, or choose another place with CORNBREAD_HOME."
        )
    return path


def flag(name: str, *, default: bool = False) -> bool:
    """An environment switch: 1, true, yes and on are true, anything else is false."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def number(name: str, *, default: int) -> int:
    """A whole number above 0 from the environment; raises SettingUnusable for anything else."""
    value = os.environ.get(name, "").strip() or str(default)
    if not value.isdecimal() or not int(value):
        raise SettingUnusable(f"{name} is {value!r}; it has to be a whole number above 0.")
    return int(value)
