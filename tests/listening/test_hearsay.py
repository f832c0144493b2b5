"""How common words are is known from what a brand's own channels hear."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cornbread.channels.domain.posts import HeardPost
from cornbread.foundation import clock
from cornbread.listening import hearsay
from cornbread.listening.domain.query import cost, parse
from cornbread.listening.hearsay import heard_lately
from cornbread.listening.models import HeldPost
from cornbread.listening.previewing import preview_of
from tests import world
from tests.world import channel, direct, hear, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretend")]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    hearsay.forget_heard()
    yield
    hearsay.forget_heard()


def passing_by(number: int, text: str) -> HeardPost:
    """A post that is heard and not kept: an answer to one that never comes."""
    return post(f"p{number}", text, to=f"other{number}", addressed=False)


def test_a_preview_guesses_from_what_passes_by() -> None:
    place = channel(world.workspace())
    assert not preview_of("regen", place.workspace_id).is_much
    hearsay.forget_heard()
    hear(place, *(passing_by(number, "Regen, nichts als Regen") for number in range(100)))
    assert preview_of("regen", place.workspace_id).is_much
    assert not preview_of("sonne", place.workspace_id).is_much


def test_what_is_kept_is_a_sample_too() -> None:
    place = channel(world.workspace())
    hear(place, *(post(str(number), "Regen in der Bahn") for number in range(100)))
    assert preview_of("regen", place.workspace_id).is_much


def test_a_sample_serves_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearsay, "_BRANDS", 1)
    first, second = (channel(world.workspace()).workspace_id for _ in range(2))
    known = heard_lately(first)
    assert heard_lately(first) is known
    heard_lately(second)
    assert heard_lately(first) is not known
    monkeypatch.setattr(hearsay, "FRESH_S", 0)
    assert heard_lately(first) is not heard_lately(first)


def test_what_is_private_or_unreadable_is_left_out() -> None:
    place = channel(world.workspace())
    hear(place, *(direct(passing_by(number, "geheim")) for number in range(50)))
    hear(place, passing_by(99, "Regen"))
    HeldPost.objects.filter(external_id="p99").update(body=b"\xc1")
    heard = heard_lately(place.workspace_id)
    assert cost(parse("geheim"), heard) == cost(parse("geheim"))


def test_old_counts_say_nothing_of_what_is_heard_now() -> None:
    place = channel(world.workspace())
    with pytest.MonkeyPatch.context() as past:
        past.setattr(clock, "now", lambda: world.THEN - timedelta(days=400))
        hear(place, *(post(f"{n}", "Regen", addressed=False) for n in range(100)))
    hear(place, *(post(f"k{n}", "Regen") for n in range(50)))
    assert preview_of("regen", place.workspace_id).is_much
