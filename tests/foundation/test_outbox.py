"""The outbox: a change, its event and the reactions to it come together or not at all."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from cornbread.foundation import outbox
from cornbread.foundation.events import Event
from cornbread.foundation.jobs import GiveUp, dead_letters, drain
from cornbread.foundation.models import EventRecord, Job
from cornbread.foundation.outbox import emit, load_reactions, reacts_to


class BasketBaked(Event):
    """Cornbread left the oven."""

    live = True

    basket_id: int
    baked_at: datetime


class RyeBaked(BasketBaked):
    """A kind of its own, although it is also a BasketBaked."""


BAKED = BasketBaked(workspace_id=7, basket_id=3, baked_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
heard: list[tuple[str, Event]] = []


@reacts_to(BasketBaked)
def tell_the_guest(event: BasketBaked) -> None:
    heard.append(("guest", event))


@reacts_to(BasketBaked)
def count_the_basket(event: BasketBaked) -> None:
    heard.append(("count", event))


@pytest.fixture(autouse=True)
def nothing_heard_yet():
    heard.clear()


@pytest.mark.django_db
def test_every_reaction_hears_the_event_as_it_was_emitted():
    with transaction.atomic():
        emit(BAKED)
    assert heard == []
    drain()
    assert heard == [("guest", BAKED), ("count", BAKED)]


@pytest.mark.django_db
def test_an_event_is_recorded_with_its_workspace_and_whether_it_is_live():
    with transaction.atomic():
        record_id = emit(BAKED)
    record = EventRecord.objects.get(id=record_id)
    assert (record.kind, record.workspace_id, record.live) == ("foundation.BasketBaked", 7, True)
    assert record.payload == {"workspace_id": 7, "basket_id": 3, "baked_at": "2026-03-01T12:00:00Z"}


@pytest.mark.django_db
def test_reactions_wait_in_their_own_queue_for_the_workspace():
    with transaction.atomic():
        emit(BAKED)
    assert drain(queues=["default"]) == drain(workspace_id=8) == 0
    assert drain(queues=["reactions"], workspace_id=7) == 2


@pytest.mark.django_db
def test_a_rolled_back_change_leaves_neither_event_nor_reaction():
    with transaction.atomic():
        emit(BAKED)
        transaction.set_rollback(True)
    assert not EventRecord.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_an_error():
    with pytest.raises(TransactionManagementError, match=r"foundation\.BasketBaked"):
        emit(BAKED)


@pytest.mark.django_db
def test_reactions_are_to_exactly_that_class_of_event():
    with transaction.atomic():
        emit(RyeBaked(workspace_id=7, basket_id=3, baked_at=BAKED.baked_at))
    assert drain() == 0


@pytest.mark.django_db
def test_a_reaction_that_fails_in_the_database_undoes_its_own_writes_only():
    @reacts_to(RyeBaked)
    def breaks(event: RyeBaked) -> None:
        record = EventRecord.objects.get()
        EventRecord.objects.filter(id=record.id).update(kind="changed")
        EventRecord(id=record.id, payload={}, workspace_id=1, live=False).save(force_insert=True)

    try:
        with transaction.atomic():
            emit(RyeBaked(workspace_id=7, basket_id=3, baked_at=BAKED.baked_at))
        with pytest.raises(IntegrityError):
            drain()
    finally:
        outbox._names_by_event.pop(RyeBaked)
    assert EventRecord.objects.get().kind == "foundation.RyeBaked"
    assert Job.objects.get().attempts == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["cornbread.care.reactions.gone", "foundation.BasketBaked", {}], "reaction_removed"),
        ([f"{__name__}.tell_the_guest", "listening.Gone", {}], "event_removed"),
        ([f"{__name__}.tell_the_guest", "foundation.BasketBaked", {"a": 1}], "event_changed"),
    ],
)
def test_events_of_an_earlier_version_that_nobody_knows_become_dead_letters(arguments, reason):
    outbox.react.enqueue(*arguments)
    with pytest.raises(GiveUp):
        drain()
    (letter,) = dead_letters()
    assert letter.last_error["code"] == reason


def test_a_reaction_registered_twice_runs_once():
    reacts_to(BasketBaked)(tell_the_guest)
    assert len(outbox._names_by_event[BasketBaked]) == 2


def test_a_room_without_reactions_is_fine_and_one_with_an_error_is_not(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for room, text in (("quiet_room", None), ("broken_room", "import does_not_exist")):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
        if text:
            (tmp_path / room / "reactions.py").write_text(text)
    load_reactions("quiet_room")
    with pytest.raises(ModuleNotFoundError, match="does_not_exist"):
        load_reactions("broken_room")
