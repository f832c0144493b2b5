"""Runs the checks in order; a check that breaks is a finding itself."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from cornbread.config import home
from cornbread.config.database import sqlite_file
from cornbread.config.doctor import machine
from cornbread.config.doctor.finding import Finding, fail
from cornbread.foundation.errors import Refusal


def examine(load: Callable[[], None]) -> list[Finding]:
    """Look at the machine first; at the product only if ``load`` does not refuse."""
    return list(_findings(load))


def _findings(load: Callable[[], None]) -> Iterator[Finding]:
    yield machine.python()
    yield machine.sqlite_version(os.environ.get("DATABASE_URL"))
    try:
        place = home.home()
    except Refusal as refusal:
        yield fail("data directory", refusal.message, "Set CORNBREAD_HOME.")
        return
    yield from _of_home(place)
    try:
        load()
    except Refusal as refusal:
        yield fail("settings", refusal.message, "Mend this first; the rest depends on it.")
        return
    yield from _of_product()


def _of_home(place: Path) -> Iterator[Finding]:
    yield machine.privacy(place, sqlite_file(os.environ.get("DATABASE_URL"), place))
    yield machine.key_files(place)
    yield machine.disk(place)
    yield machine.clock(place)


def _of_product() -> Iterator[Finding]:
    from cornbread.config.doctor import flow, product

    database = _guarded("database", product.database)
    yield database
    if database.state == "fail":
        return
    for name, check in (
        ("database clock", product.database_clock),
        ("encryption key", product.encryption_key),
        ("jobs", product.jobs),
        ("dead letters", product.dead),
        ("channels", product.channels),
        ("listeners", flow.silent),
        ("handed in", flow.spooled),
        ("stream", flow.streamed),
        ("writes", flow.writes),
        ("sqlite log", flow.sqlite_log),
        ("matcher", flow.matcher),
        ("post times", flow.post_times),
        ("search", flow.search_index),
    ):
        yield _guarded(name, check)


def _guarded(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Refusal as refusal:
        return fail(name, refusal.message, "Follow the sentence before this one.")
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return fail(name, lines[0], "Run `cornbread migrate`; if it persists, report this line.")
