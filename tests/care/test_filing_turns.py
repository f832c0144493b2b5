"""Who waits for whom when several workers put posts into conversations."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from cornbread.care.filing import file_mentions
from cornbread.care.models import Conversation
from cornbread.care.turns import take_turns
from cornbread.foundation.db import is_postgresql
from cornbread.listening.turns import take_turn, waited_s
from tests import world

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("pretend"),
]


def test_posts_of_one_source_are_filed_in_turn_and_those_of_another_do_not_wait() -> None:
    if not is_postgresql():
        pytest.skip("SQLite has one writer at a time")
    place = world.channel(world.workspace())
    mention, *_ = world.hear(place, world.post("1"), follow_up=False).heard
    brand = place.workspace_id
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            take_turns(brand, ["https://elsewhere.example"])
            assert len(other.submit(file_mentions, brand, [mention]).result(10)) == 1
        with transaction.atomic():
            take_turns(brand, [place.source, "https://elsewhere.example"])
            waiting = other.submit(file_mentions, brand, [mention])
            time.sleep(0.1)
            assert not waiting.done()
        waiting.result(10)
        other.submit(connections.close_all).result()
    assert Conversation.objects.count() == 1


def test_what_a_writer_waited_for_its_turn_is_told_apart_from_its_writing() -> None:
    if not is_postgresql():
        pytest.skip("SQLite has one writer at a time")
    place = world.channel(world.workspace())

    @transaction.atomic
    def waits() -> float:
        before = waited_s()
        take_turn(place)
        return waited_s() - before

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            take_turn(place)
            waiting = other.submit(waits)
            time.sleep(0.1)
        assert waiting.result(10) > 0
        other.submit(connections.close_all).result()
