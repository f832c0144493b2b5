"""Bring the database up to date, showing how far it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.commands.migrate import Command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from rich.progress import BarColumn, Progress, TextColumn

from cornbread.config.console import console
from cornbread.foundation.errors import Refusal

#: Any fixed number: PostgreSQL lets one session at a time hold the lock of this name.
_LOCK = 20_251_122


class DatabaseTooNew(Refusal):
    """The database was brought up to date by a newer Cornbread than this one."""

    code = "database_too_new"


def migrate() -> int:
    """Apply what is missing; return how many steps that were. Raises DatabaseTooNew."""
    with _one_at_a_time():
        missing = pending()
        if not missing:
            return 0
        with _progress() as progress:
            bar = progress.add_task("Bringing the database up to date", total=len(missing))
            call_command(_Migrate(lambda: progress.advance(bar)), verbosity=0, interactive=False)
        return len(missing)


def pending() -> list[str]:
    """The migrations that are not applied yet, as ``room.name``. Raises DatabaseTooNew."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    ours = {config.label for config in apps.get_app_configs()}
    unknown = [
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        # A squashed migration stays recorded under the names that it replaces.
        if app in ours and (app, name) not in loader.disk_migrations
    ]
    if unknown:
        raise DatabaseTooNew(
            "The database was used by a newer version of Cornbread and has "
            f"{', '.join(sorted(unknown)[:3])}. Update Cornbread, or restore an older backup."
        )
    plan = executor.migration_plan(loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


class _Migrate(Command):
    """Django's own command, telling somebody about every finished step."""

    def __init__(self, step: Any) -> None:
        super().__init__()
        self.step = step

    def migration_progress_callback(
        self, action: str, migration: Any = None, fake: bool = False
    ) -> None:
        if action == "apply_success":
            self.step()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Several machines may start together on one PostgreSQL: one migrates, the others wait."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        console=console,
    )
