"""The files of a spool: segments in the order of their numbers, written and forced to disk."""

import fcntl
import os
from pathlib import Path

_SUFFIX = ".spool"
#: macOS lets fsync return before the disk has the bytes; this does not.
_FULL: int | None = getattr(fcntl, "F_FULLFSYNC", None)


def path_of(directory: Path, number: int) -> Path:
    """The file of a segment."""
    return directory / f"{number:012d}{_SUFFIX}"


def numbers(directory: Path) -> list[int]:
    """The numbers of the segments that are there, oldest first."""
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return []
    stems = (name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))
    return sorted(int(stem) for stem in stems if stem.isdecimal())


def size(directory: Path) -> int:
    """Bytes in all segments."""
    found = 0
    for number in numbers(directory):
        try:
            found += path_of(directory, number).stat().st_size
        except FileNotFoundError:
            continue  # it was consumed in between
    return found


def force(descriptor: int) -> None:
    """Return when the disk has what was written; raises OSError."""
    if _FULL is not None:
        fcntl.fcntl(descriptor, _FULL)
    elif hasattr(os, "fdatasync"):
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


def force_directory(directory: Path) -> None:
    """Return when the disk knows which files are in the directory."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
