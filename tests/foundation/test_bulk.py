"""Rows written in bulk are the rows that the ORM would have written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, transaction

from cornbread.foundation import bulk
from cornbread.foundation.binding import TOGETHER, literal
from cornbread.foundation.models import EventRecord, Job

AT = datetime(2026, 3, 2, 22, 10, 5, 120, tzinfo=timezone(timedelta(hours=2)))
NAMES = ("id", "workspace_id", "kind", "payload", "created_at", "live")


def plain(record: EventRecord) -> tuple[object, ...]:
    return tuple(getattr(record, name) for name in NAMES)


@pytest.mark.django_db
def test_bulk_rows_read_back_as_those_of_the_orm() -> None:
    said = {"text": "naïve \\ tab\t line\n null? 🚆", "ids": [1, 2]}
    one = EventRecord.objects.create(
        workspace_id=1, kind="a", payload=said, created_at=AT, live=True
    )
    with transaction.atomic():
        (id_,) = bulk.take_ids(EventRecord, 1)
        bulk.insert(EventRecord, NAMES, [(id_, 1, "a", said, AT, True)])
    other = EventRecord.objects.get(pk=id_)
    assert plain(other)[1:] == plain(one)[1:]
    assert other.created_at == AT.astimezone(UTC)
    assert EventRecord.objects.filter(created_at=AT).count() == 2


@pytest.mark.django_db
def test_ids_go_on_where_others_ended() -> None:
    with transaction.atomic():
        ids = list(bulk.take_ids(EventRecord, 3))
        bulk.insert(EventRecord, NAMES, [(id_, 1, "a", {}, AT, True) for id_ in ids])
    after = EventRecord.objects.create(workspace_id=1, kind="b", payload={}, created_at=AT, live=1)
    assert ids == sorted(set(ids))
    assert after.pk > ids[-1]
    with transaction.atomic():
        assert bulk.take_ids(EventRecord, 1)[0] > after.pk


JOB = ("task", "queue", "max_attempts", "due_at", "created_at", "dedupe_key")


@pytest.mark.django_db
def test_columns_that_are_not_named_get_their_default() -> None:
    bulk.insert(Job, JOB, [("t", "q", 3, AT, AT, None)])
    job = Job.objects.get()
    assert (job.state, job.args, job.kwargs, job.lease_s, job.last_error) == (
        "ready", [], {}, 60, None,
    )  # fmt: skip


@pytest.mark.django_db
def test_known_rows_are_left_out_only_when_asked_to() -> None:
    row = ("t", "q", 3, AT, AT, "once")
    with transaction.atomic():
        bulk.insert(Job, JOB, [row], unless_known=True)
        bulk.insert(Job, JOB, [row, ("t", "q", 3, AT, AT, "twice")], unless_known=True)
    assert sorted(Job.objects.values_list("dedupe_key", flat=True)) == ["once", "twice"]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Job, JOB, [row])


def test_a_moment_has_to_be_said() -> None:
    with pytest.raises(TypeError, match="created_at"):
        bulk.insert(Job, ("task", "queue", "max_attempts", "due_at"), [("t", "q", 3, AT)])


@pytest.mark.django_db
def test_many_rows_are_changed_at_once_and_others_are_left_alone() -> None:
    with transaction.atomic():
        ids = list(bulk.take_ids(EventRecord, 3))
        bulk.insert(EventRecord, NAMES, [(id_, 1, "a", {}, AT, True) for id_ in ids])
        later = AT + timedelta(days=1)
        rows = [(ids[0], "it's 100 %", {"a": [1]}, later, False), (ids[2], "c", {}, AT, True)]
        bulk.update(EventRecord, ("id", "kind", "payload", "created_at", "live"), rows)
        bulk.update(EventRecord, ("id", "kind"), [])
    found = [plain(one)[2:] for one in EventRecord.objects.order_by("pk")]
    assert found == [
        ("it's 100 %", {"a": [1]}, later, False), ("a", {}, AT, True), ("c", {}, AT, True),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_column_can_be_emptied() -> None:
    bulk.insert(Job, JOB, [("t", "q", 3, AT, AT, "once")])
    key = Job.objects.get().pk
    bulk.update(Job, ("id", "dedupe_key", "started_at"), [(key, None, None)])
    assert Job.objects.get().dedupe_key is None


@pytest.mark.django_db
def test_rows_are_found_among_more_values_than_a_statement_takes() -> None:
    with transaction.atomic():
        ids = bulk.take_ids(EventRecord, 3)
        kinds = ['say "no"', "naïve\\ 🚆", "it's"]
        rows = [(id_, 1, kind, {}, AT, True) for id_, kind in zip(ids, kinds, strict=True)]
        bulk.insert(EventRecord, NAMES, rows)
    wanted = {*kinds[1:], *(f"k{number}" for number in range(40_000))}
    found = EventRecord.objects.filter(kind__among=wanted).order_by("pk")
    assert [one.kind for one in found] == kinds[1:]
    assert EventRecord.objects.filter(pk__among=[ids[0], -1]).get().kind == kinds[0]
    assert not EventRecord.objects.filter(pk__among=[]).exists()


@pytest.mark.django_db
def test_nothing_here_and_there_in_a_column_is_nothing_in_these_rows() -> None:
    keys = [None if number % 3 else f"key {number}" for number in range(2 * TOGETHER + 7)]
    bulk.insert(Job, JOB, [("t", "q", 3, AT, AT, key) for key in keys])
    assert list(Job.objects.order_by("pk").values_list("dedupe_key", flat=True)) == keys
    turned = [None if key else AT for key in keys]
    ids = list(Job.objects.order_by("pk").values_list("pk", flat=True))
    with transaction.atomic():
        bulk.update(Job, ("id", "lease_until"), list(zip(ids, turned, strict=True)))
    until = Job.objects.order_by("pk").values_list("lease_until", flat=True)
    assert list(until) == turned


def test_a_default_that_could_be_taken_for_a_place_is_refused() -> None:
    assert [literal(one) for one in (None, 3, "", "it's")] == ["NULL", "3", "''", "'it''s'"]
    with pytest.raises(TypeError, match="default"):
        literal("100 %s")
