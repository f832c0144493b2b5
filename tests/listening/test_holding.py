"""An answer heard before what it answers waits for it, within bounds, and is kept with it."""

from datetime import timedelta

import pytest
from django.db import transaction

from cornbread.channels.domain.posts import HeardPost
from cornbread.foundation import clock
from cornbread.listening import actions, holding
from cornbread.listening.domain.lingering import Allowance, Awaited, Lingering
from cornbread.listening.models import HeldPost, Mention
from cornbread.team.domain.permissions import Role
from tests import world
from tests.world import THEN, answer, channel, conversation, conversations, hear, post, take_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretend")]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that holds nothing yet."""
    monkeypatch.setattr(holding, "_here", holding._Process())


def stranger(id_: str, to: str | None = None, **more: object) -> HeardPost:
    return post(id_, "Same here", to=to, by="lee", addressed=False, **more)  # type: ignore[arg-type]


def kept() -> set[str]:
    return set(Mention.objects.values_list("external_id", flat=True))


def test_an_answer_is_kept_with_a_post_to_us_that_comes_after_it() -> None:
    place = channel(world.workspace())
    hear(place, stranger("2", to="1"))
    assert kept() == set()
    assert HeldPost.objects.get().awaits == "1"
    hear(place, post("1"))
    assert kept() == {"1", "2"}
    assert not HeldPost.objects.exists()


def test_an_answer_is_kept_with_what_a_watch_catches_later() -> None:
    brand = world.workspace()
    place = channel(brand)
    actions.save_watch(by=world.member(brand, Role.LEAD), name="Trains", query="train")
    hear(place, stranger("2", to="1"))
    hear(place, post("1", "This train!", addressed=False))
    assert kept() == {"1", "2"}


def test_a_customers_word_before_our_own_answer_above_it_joins_the_conversation() -> None:
    place = channel(world.workspace())
    hear(place, stranger("3", to="2", at=3))
    hear(place, answer("2", "1", at=2))
    hear(place, post("1", by="lee", at=1))
    assert world.ids_in(conversation(place.workspace)) == ["1", "2", "3"]


def test_a_whole_chain_comes_along_from_its_end_and_in_parts() -> None:
    place = channel(world.workspace())
    hear(place, stranger("4", to="3"), stranger("3", to="2"))
    hear(place, stranger("2", to="1"), stranger("9", to="8"))
    hear(place, post("1"))
    assert kept() == {"1", "2", "3", "4"}
    assert HeldPost.objects.get().external_id == "9"


def test_a_later_version_waits_for_the_first() -> None:
    place = channel(world.workspace())
    first = post("1", "Stuck")
    unaddressed = world.edited(stranger("1"), "Moving", at=2)
    hear(place, unaddressed)
    assert kept() == set()
    hear(place, first)
    assert Mention.objects.get().text == "Moving"
    assert not HeldPost.objects.exists()


def test_an_answer_told_twice_is_held_and_kept_once() -> None:
    place = channel(world.workspace())
    for _ in range(2):
        hear(place, stranger("2", to="1"), stranger("2", to="1"))
    assert HeldPost.objects.count() == 1
    assert len(hear(place, post("1")).heard) == 2
    assert len(conversations(place.workspace)) == 1


def test_an_answer_taken_back_while_it_waited_is_kept_as_deleted() -> None:
    place = channel(world.workspace())
    hear(place, stranger("2", to="1"))
    take_back(place, "2", at=5)
    hear(place, post("1"))
    assert Mention.objects.get(external_id="2").deleted_at == THEN + timedelta(minutes=5)


def test_other_brands_and_places_do_not_get_what_waits_here() -> None:
    here, there = channel(world.workspace()), channel(world.workspace("Blue Heron"))
    hear(here, stranger("2", to="1"))
    hear(there, post("1"))
    assert set(Mention.objects.values_list("external_id", "workspace")) == {
        ("1", there.workspace_id)
    }


def test_what_hangs_on_nothing_is_not_held() -> None:
    hear(channel(world.workspace()), stranger("1"))
    assert not HeldPost.objects.exists()


def test_beyond_its_rows_a_channel_goes_on_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(holding, "ROWS_A_SECOND", 0)
    place = channel(world.workspace())
    hear(
        place, stranger("2", to="1"), stranger("3", to="2"), world.edited(stranger("4"), "?", at=1)
    )
    assert HeldPost.objects.get().external_id == "2"
    assert len(holding._here.lingering) == 2
    with transaction.atomic():
        hear(place, post("1"), follow_up=False)
        transaction.set_rollback(True)  # as when the process dies
    assert kept() == set()
    hear(place, post("1"))
    assert kept() == {"1", "2", "3"}


@pytest.mark.django_db(transaction=True)
def test_what_waited_in_memory_is_let_go_once_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "ROWS_AT_ONCE", 0)
    place = channel(world.workspace())
    hear(place, stranger("2", to="1"))
    assert len(holding._here.lingering) == 1
    hear(place, post("1"))
    assert kept() == {"1", "2"}
    assert len(holding._here.lingering) == 0


def test_what_was_held_in_words_of_an_older_version_is_passed_over() -> None:
    place = channel(world.workspace())
    hear(place, stranger("2", to="1"))
    HeldPost.objects.update(body=b"\xc1")
    hear(place, post("1"))
    assert kept() == {"1"}


def test_what_waited_too_long_is_forgotten() -> None:
    place = channel(world.workspace())
    hear(place, stranger("2", to="1"), stranger("4", to="3"))
    assert holding.forget_held() == 0
    HeldPost.objects.filter(awaits="1").update(held_at=clock.now() - 2 * holding.LONGEST)
    assert holding.forget_held() == 1
    assert HeldPost.objects.get().awaits == "3"


def test_of_too_many_rows_of_a_channel_the_oldest_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(holding, "MOST_ROWS", 2)
    brand = world.workspace()
    one, other = channel(brand), channel(brand, "redkite-help")
    for number in range(4):
        hear(one, stranger(f"{number}a", to=f"{number}"))
    hear(other, stranger("x", to="y"))
    assert holding.forget_held(limit=1) == 1
    assert holding.forget_held() == 1
    left = HeldPost.objects.order_by("pk").values_list("external_id", flat=True)
    assert list(left) == ["2a", "3a", "x"]


def test_an_allowance_grows_back_with_time_up_to_its_height() -> None:
    allowance = Allowance(a_second=2, at_once=10)
    assert allowance.take(7, 100.0) == 7
    assert allowance.take(7, 100.0) == 3
    assert allowance.take(7, 101.0) == 2
    assert allowance.take(70, 9_999.0) == 10


def test_memory_lets_the_older_half_go_when_it_is_full_or_old() -> None:
    lingering = Lingering(most_bytes=4_000, longest_s=100)
    awaited = [Awaited(1, "here", str(number)) for number in range(6)]
    gone = [lingering.add(one, [stranger("x")], 0.0) for one in awaited[:5]]
    assert gone == [0, 0, 0, 0, 2]
    assert list(lingering.find(awaited)) == awaited[2:5]
    assert lingering.add(awaited[5], [stranger("x")], 60.0) == 2
    lingering.let_go([awaited[4], awaited[0]])
    assert list(lingering.find(awaited)) == [awaited[5]]
    assert len(lingering) == 1
