"""Live events: heard in order, resumed by id, none left out."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from cornbread.foundation.db import is_postgresql, serialise
from cornbread.foundation.events import Event
from cornbread.foundation.live import _STEP, events_after, latest_id, settled
from cornbread.foundation.models import EventRecord
from cornbread.foundation.outbox import emit


class DoorOpened(Event):
    """Somebody came in."""

    live = True

    door: int


class LightSwitched(Event):
    """Nobody looking at a page needs to know."""


def opened(door: int, workspace_id: int = 1) -> int:
    with transaction.atomic():
        return emit(DoorOpened(workspace_id=workspace_id, door=door))


def doors(after_id: int = 0, **kwargs: int) -> list[int]:
    return [event.payload["door"] for event in events_after(1, after_id, **kwargs)]


@pytest.mark.django_db
class TestReading:
    def test_live_events_come_in_order_after_the_last_one_heard(self):
        ids = [opened(door) for door in range(5)]
        assert doors() == [0, 1, 2, 3, 4]
        assert doors(after_id=ids[2]) == [3, 4]
        assert doors(limit=2) == [0, 1]

    def test_other_workspaces_and_events_that_are_not_live_are_left_out(self):
        opened(1, workspace_id=2)
        with transaction.atomic():
            emit(LightSwitched(workspace_id=1))
        assert doors() == []

    def test_a_new_reader_begins_after_what_is_there(self):
        assert latest_id(1) == 0
        opened(1)
        begin = latest_id(1)
        opened(2)
        assert doors(after_id=begin) == [2]


@contextmanager
def other_connection() -> Iterator[ThreadPoolExecutor]:
    """A thread with a database connection of its own."""
    with ThreadPoolExecutor(1) as thread:
        yield thread
        thread.submit(connections.close_all).result()


def skip_unless_postgresql() -> None:
    if not is_postgresql():
        pytest.skip("SQLite has one writer at a time")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestWritersAtTheSameTime:
    def test_an_event_waits_for_an_earlier_one_that_is_not_committed(self):
        skip_unless_postgresql()
        with other_connection() as other:
            with transaction.atomic():
                emit(DoorOpened(workspace_id=1, door=1))
                later = other.submit(opened, 2).result()
                assert EventRecord.objects.filter(id=later).exists()
                assert other.submit(doors).result() == []
                assert other.submit(latest_id, 1).result() == 0
            assert other.submit(doors).result() == [1, 2]

    def test_an_earlier_one_that_is_rolled_back_is_not_waited_for(self):
        skip_unless_postgresql()
        with other_connection() as other:
            with transaction.atomic():
                emit(DoorOpened(workspace_id=1, door=1))
                other.submit(opened, 2).result()
                transaction.set_rollback(True)
            assert doors() == [2]

    def test_workspaces_do_not_wait_for_one_another(self):
        skip_unless_postgresql()
        with other_connection() as other, transaction.atomic():
            emit(DoorOpened(workspace_id=2, door=1))
            other.submit(opened, 2).result()
            assert other.submit(doors).result() == [2]

    def test_a_reader_of_many_busy_writers_misses_nothing_and_repeats_nothing(self):
        skip_unless_postgresql()
        heard: list[int] = []

        def write(writer: int) -> None:
            for number in range(60):
                with transaction.atomic():
                    emit(DoorOpened(workspace_id=1, door=writer * 1000 + number))
                    time.sleep(0.001 * ((writer * 7 + number) % 5))
                    emit(DoorOpened(workspace_id=1, door=writer * 1000 + 500 + number))
            connections.close_all()

        writers = [threading.Thread(target=write, args=[writer]) for writer in range(4)]
        for writer in writers:
            writer.start()
        after = 0
        while len(heard) < 480:
            running = any(writer.is_alive() for writer in writers)
            for event in events_after(1, after, 20):
                heard.append(event.payload["door"])
                after = event.id
            assert running or len(heard) == 480 or doors(after)
        assert len(set(heard)) == 480


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_transaction_at_a_time_passes_the_same_key():
    skip_unless_postgresql()
    passed: list[str] = []

    def other(key: str, workspace_id: int) -> None:
        with transaction.atomic():
            serialise(key, workspace_id)
            passed.append(f"{key} {workspace_id}")

    with other_connection() as thread:
        with transaction.atomic():
            serialise("name", 1)
            thread.submit(other, "name", 2).result(5)
            thread.submit(other, "other", 1).result(5)
            waiting = thread.submit(other, "name", 1)
            time.sleep(0.1)
            assert passed == ["name 2", "other 1"]
        waiting.result(5)
    assert passed[-1] == "name 1"


@pytest.mark.django_db(transaction=True)
def test_serialising_outside_a_transaction_is_an_error():
    assert not connection.in_atomic_block
    with pytest.raises(transaction.TransactionManagementError):
        serialise("name", 1)


places = st.integers(0, 2**40)


@given(places, st.lists(st.integers(0, 10_000), max_size=5))
def test_what_is_settled_lies_before_every_transaction_under_way(reached, distances):
    began = [max(0, reached - distance) for distance in distances]
    locked = [place // _STEP % 2**31 for place in began]
    bound = settled(reached, locked)
    assert bound <= reached
    # Their ids come after the place at which they began.
    assert all(bound <= place for place in began)
    assert bound >= min([reached, *began]) - _STEP


@given(places)
def test_a_transaction_that_began_after_the_look_holds_nothing_back(reached):
    assert settled(reached, [(reached // _STEP + 1) % 2**31]) == reached
