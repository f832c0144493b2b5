"""Rows read in bulk are the rows that the ORM reads."""

from datetime import UTC, datetime

import pytest

from cornbread.foundation.models import Job
from cornbread.foundation.reading import values

AT = datetime(2026, 3, 2, 22, 10, 5, 120, tzinfo=UTC)
COLUMNS = ("id", "args", "last_error", "again", "due_at", "finished_at", "dedupe_key", "lease_s")


@pytest.mark.django_db
def test_bulk_reading_gives_what_the_orm_gives() -> None:
    said = {"queue": "q", "max_attempts": 1, "due_at": AT, "created_at": AT}
    Job.objects.create(task="a", **said)
    Job.objects.create(
        task="b", again=True, args=["🚆", [1]], last_error={"a": None}, finished_at=AT, **said
    )
    found = Job.objects.order_by("-pk").values_list(*COLUMNS)
    assert values(found) == list(found)
    assert values(found.filter(task="nothing")) == []
    assert values(found.none()) == []
