"""Reads scenes from their files. Times are written as people say them: "-3d 2h", "+40s"."""

import re
import tomllib
from importlib.resources import files
from typing import Any

import msgspec

from cornbread.channels.networks.sandbox.scene import Scene

_PACKAGE = "cornbread.channels.networks.sandbox.scenes"
_MINUTES = {"d": 1440.0, "h": 60.0, "m": 1.0, "s": 1 / 60}
_TIME = re.compile(r"([+-])((?:\d+(?:\.\d+)?[dhms] ?)+)")
_PIECE = re.compile(r"(\d+(?:\.\d+)?)([dhms])")


def minutes(text: str) -> float:
    """Minutes from the present: ``-1h 30m`` is -90. Raises ValueError."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time such as -3d 2h")
    size = sum(float(number) * _MINUTES[unit] for number, unit in _PIECE.findall(match[2]))
    return -size if match[1] == "-" else size


def scene(name: str) -> Scene:
    """The scene in a file."""
    return msgspec.convert(table(name), Scene)


def table(name: str) -> dict[str, Any]:
    """A file's content with every ``at`` worked out as ``at_min``."""
    text = files(_PACKAGE).joinpath(f"{name}.toml").read_text("utf-8")
    content: dict[str, Any] = _timed(tomllib.loads(text))
    return content


def _timed(value: Any) -> Any:
    if isinstance(value, list):
        return [_timed(item) for item in value]
    if not isinstance(value, dict):
        return value
    timed = {key: _timed(item) for key, item in value.items()}
    if "at" in timed:
        timed["at_min"] = minutes(timed.pop("at"))
    return timed
