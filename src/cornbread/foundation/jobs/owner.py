"""Who holds a job: a name for this process from which others can tell that it has died."""

import os
import socket
from functools import lru_cache
from pathlib import Path

_PROC = Path("/proc")


def this_process() -> str:
    """``host:boot/pid:start`` of this process.

    ``boot`` tells one start of the machine, and one container's process numbers, from another;
    ``start`` tells this process from a later one that was given the same number.
    """
    return _name(os.getpid())


@lru_cache(maxsize=4)
def _name(pid: int) -> str:
    return f"{_machine()}/{pid}:{_start_of(pid) or '-'}"


def is_dead(owner: str) -> bool:
    """Whether the owner certainly died: false for another machine's, of which we cannot know."""
    machine, _, process = owner.rpartition("/")
    pid, _, start = process.partition(":")
    if machine != _machine() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # It lives, as another user.
    now_start = _start_of(int(pid))
    if now_start is None:
        return _has_proc()
    return start not in ("-", now_start)


@lru_cache(maxsize=1)
def _machine() -> str:
    return f"{socket.gethostname()}:{_boot()}"


def _boot() -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()[:8]
        space = (_PROC / "self/ns/pid").readlink().name
    except OSError:
        return "-"
    # Containers of one machine share the boot but not the process numbers.
    return f"{boot}-{space.strip('pid:[]')}"


def _start_of(pid: int) -> str | None:
    """When the process started, in clock ticks since boot; None if it is gone or a zombie."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The second field is the program's name in parentheses and may itself contain anything.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]


@lru_cache(maxsize=1)
def _has_proc() -> bool:
    return (_PROC / "self/stat").exists()
