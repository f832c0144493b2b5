"""Where the time of intake goes: microseconds a post in each function that is a stage of it."""

import time
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

_L, _C, _F = "cornbread.listening", "cornbread.care", "cornbread.foundation"

#: What is timed, as module and name *where it is called from*. Inner ones count in outer ones too.
STAGES = [
    ("benchmarks.intake_posts", "read_all"),
    (f"{_L}.intake", "take_in"),
    (f"{_L}.intake", "each_once"),
    (f"{_L}.intake", "examine"),
    (f"{_L}.deciding", "detect"),
    (f"{_L}.deciding", "following"),
    (f"{_L}.deciding", "_kept_of"),
    (f"{_L}.deciding", "hold"),
    (f"{_L}.deciding", "release"),
    (f"{_L}.intake", "_own_ids"),
    (f"{_L}.intake", "write"),
    (f"{_L}.writing", "stored_posts"),
    (f"{_L}.writing", "place"),
    (f"{_L}.writing", "keep_details"),
    (f"{_L}.writing", "announce"),
    ("cornbread.people.actions", "meet"),
    (f"{_L}.writing", "index_mentions"),
    (f"{_L}.reactions", "group_copies"),
    (f"{_L}.reactions", "note_short_links"),
    (f"{_C}.reactions", "file_mentions"),
    (f"{_C}.filing", "refresh"),
    (f"{_C}.filing", "_open"),
    (f"{_C}.filing", "_add_entries"),
    (f"{_C}.filing", "_tell"),
    (f"{_F}.jobs", "drain"),
    (f"{_L}.writing", "insert"),
    (f"{_L}.writing", "_rows"),
    (f"{_L}.writing", "count"),
    (f"{_L}.writing", "move_cursor"),
    (f"{_L}.intake", "all_storable"),
    ("cornbread.listening.domain.matching.Matcher", "match"),
    ("cornbread.listening.domain.matching.Matcher", "match_batch"),
]


def measure(bench: Any, take_all: Callable[..., None]) -> dict[str, Any]:
    """Microseconds of this process's time a post, by stage, for both kinds of streams."""
    spent: dict[str, float] = {}
    for where, name in STAGES:
        _time(where, name, spent)
    found = {}
    for kind, watches, watched in (("stored", 20, 0.1), ("firehose", 1000, 0.02)):
        channel, lines = bench.channel(watches), bench.lines(bench.posts, watched, watches)
        take_all(channel, bench.lines(1000, watched, watches), addressed=kind == "stored")
        spent.clear()
        begun = time.process_time()
        take_all(channel, lines, addressed=kind == "stored")
        spent["all"] = time.process_time() - begun
        found[kind] = {name: round(1e6 * one / len(lines), 1) for name, one in spent.items()}
    return {"us_a_post": found}


def _time(where: str, name: str, spent: dict[str, float]) -> None:
    try:
        home: Any = import_module(where)
    except ModuleNotFoundError:
        module, _, class_ = where.rpartition(".")
        home = getattr(import_module(module), class_)
    work = getattr(home, name, None)
    if work is None:
        return
    label = f"{where.removeprefix('cornbread.')}.{name}"

    @wraps(work)
    def timed(*args: Any, **named: Any) -> Any:
        begun = time.process_time()
        try:
            return work(*args, **named)
        finally:
            spent[label] = spent.get(label, 0.0) + time.process_time() - begun

    setattr(home, name, timed)
