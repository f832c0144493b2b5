"""A process with a database of its own: ``python -m tests.foundation.job_process VERB ...``.

Only the foundation is installed, so that a process starts quickly. ``JOBS_DATABASE`` is the
address of the database.
"""

import json
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

import django
from django.conf import settings

from cornbread.config.database import database

settings.configure(
    SECRET_KEY="only for tests",
    HOME=tempfile.mkdtemp(prefix="cornbread-jobs-"),
    INSTALLED_APPS=["django.contrib.contenttypes", "cornbread.foundation", "django_tasks"],
    DATABASES={"default": database(os.environ["JOBS_DATABASE"], Path("/nowhere"))},
    TASKS={
        "default": {
            "BACKEND": "cornbread.foundation.jobs.backend.DatabaseBackend",
            "QUEUES": ["default", "reactions", "maintenance"],
        }
    },
    USE_TZ=True,
)
django.setup()

from django.db import connection, transaction  # noqa: E402

from cornbread.foundation.jobs import Worker, drain  # noqa: E402
from cornbread.foundation.models import UNFINISHED, EventRecord, Job  # noqa: E402
from tests.foundation import sample_jobs  # noqa: E402


def setup() -> None:
    """Make the tables."""
    with connection.schema_editor() as editor:
        editor.create_model(Job)
        editor.create_model(EventRecord)


@transaction.atomic
def ask(task: str, *arguments: str) -> None:
    """Enqueue one job."""
    getattr(sample_jobs, task).enqueue(*arguments)


@transaction.atomic
def ask_many(count: str, log: str) -> None:
    """Enqueue so many jobs that sign their names."""
    for number in range(int(count)):
        sample_jobs.signs.enqueue(number, log)


def work(queue: str = "default", until_empty: str = "") -> None:
    """Work until told to stop, or until nothing is left."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    print("ready", flush=True)
    if until_empty:
        threading.Thread(target=_stop_when_empty, args=[stop], daemon=True).start()
    Worker([queue], threads=3).run(stop)


def _stop_when_empty(stop: threading.Event) -> None:
    while Job.objects.filter(state__in=UNFINISHED).exists():
        stop.wait(0.05)
    connection.close()
    stop.set()


def drain_for(wait_s: str) -> None:
    """Drain; print how many jobs ran here, and whether any is unfinished."""
    print(drain(wait_s=float(wait_s)), Job.objects.filter(state__in=UNFINISHED).exists())


def show() -> None:
    """Print how the jobs stand."""
    rows = Job.objects.order_by("id").values("task", "state", "attempts", "last_error")
    print(json.dumps(list(rows)))


if __name__ == "__main__":
    verbs = {verb.__name__: verb for verb in (setup, ask, ask_many, work, drain_for, show)}
    verbs[sys.argv[1]](*sys.argv[2:])
