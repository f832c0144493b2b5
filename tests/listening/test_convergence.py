"""Posts may come edited, deleted, doubled, before their parents and in any order and portion: in
the end the same is kept as if each had come alone and in its time."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cornbread.care.models import Conversation, Entry
from cornbread.channels.domain.posts import HeardDeletion, HeardPost
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.listening import actions
from cornbread.listening import queries as listening
from cornbread.listening.models import Mention, Payload, Tombstone
from cornbread.listening.taking_back import REMEMBERED, forget_old
from cornbread.team.domain.permissions import Role
from tests import world
from tests.world import THEN, answer, channel, hear, post, take_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretend")]

Told = HeardPost | HeardDeletion
"""What a network tells of a post: a version of it, or that it is gone."""

IDS = ("1", "2", "3", "4")


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    """What happened to some posts, in its order: written, changed, taken back."""
    told: list[Told] = []
    for at, id_ in enumerate(draw(st.lists(st.sampled_from(IDS), min_size=1, unique=True))):
        parent = draw(st.sampled_from([None, *IDS, "unheard"]))
        raw = draw(st.sampled_from([b"", b"{}"]))
        parent = None if parent == id_ else parent
        write: Callable[..., HeardPost] = draw(st.sampled_from([post, post, answer]))
        more: dict[str, Any] = {}
        if write is post:  # to us, or to nobody: then it is kept only with what it answers
            by, addressed = draw(st.sampled_from(["ana", "lee"])), draw(st.booleans())
            more = {"by": by, "addressed": addressed}
        first = write(id_, to=parent, text=f"{id_} as it was", at=at, raw=raw, **more)
        told.append(first)
        edits = range(draw(st.integers(0, 2)))
        told += [world.edited(first, f"{id_} changed {edit}", at=10 + edit) for edit in edits]
        if draw(st.booleans()):
            told.append(HeardDeletion(external_id=id_, deleted_at=THEN + timedelta(minutes=30)))
    return told


def tell(place: Channel, told: Sequence[Told], *, follow_up: bool = True) -> None:
    posts = [one for one in told if isinstance(one, HeardPost)]
    gone = tuple(one for one in told if isinstance(one, HeardDeletion))
    hear(place, *posts, deletions=gone, follow_up=follow_up)


def state(place: Channel) -> dict[str, Any]:
    """What is kept, in words that do not depend on row ids or the time of hearing."""
    brand = place.workspace_id
    names = ("external_id", "text", "edited_at", "deleted_at", "root", "anchor", "for_inbox")
    versions = ("mention__external_id", "version", "text", "body")
    # That conversations were joined on the way is told, and is no part of what was said.
    of_one = Entry.objects.filter(workspace_id=brand, kind__startswith="message_")
    talks = [
        sorted(of_one.filter(conversation=one).values_list("kind", "at", "mention__external_id"))
        for one in Conversation.objects.filter(workspace_id=brand, merged_into=None)
    ]
    return {
        "mentions": sorted(Mention.objects.filter(workspace_id=brand).values_list(*names)),
        "versions": sorted(
            (*rest, bytes(body))
            for *rest, body in Payload.objects.filter(workspace_id=brand).values_list(*versions)
        ),
        "conversations": sorted(map(str, talks)),
        "awaited": Tombstone.objects.filter(workspace_id=brand).count(),
    }


def converges(data: st.DataObject) -> None:
    history = data.draw(histories())
    doubled = [*history, *data.draw(st.lists(st.sampled_from(history), max_size=4))]
    shuffled = data.draw(st.permutations(doubled))
    in_order, in_disorder = channel(world.workspace()), channel(world.workspace())
    if data.draw(st.booleans()):
        for place in (in_order, in_disorder):
            lead = world.member(place.workspace, Role.LEAD)
            actions.save_watch(by=lead, name="Changes", query="changed")
    for one in history:
        tell(in_order, [one])
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        portion, shuffled = shuffled[:size], shuffled[size:]
        tell(in_disorder, portion, follow_up=data.draw(st.booleans()))
    world.catch_up()
    assert state(in_disorder) == state(in_order)


_patient = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(st.data())
@settings(max_examples=3, deadline=None, suppress_health_check=_patient)
def test_the_order_of_hearing_makes_no_difference(data: st.DataObject) -> None:
    converges(data)


@pytest.mark.slow
@given(st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=_patient)
def test_the_order_of_hearing_makes_no_difference_however_often_it_is_tried(
    data: st.DataObject,
) -> None:
    converges(data)


def test_a_post_that_was_deleted_before_it_came_is_kept_as_deleted() -> None:
    place = channel(world.workspace())
    reader = world.member(place.workspace, Role.LEAD)
    take_back(place, "1", at=5)
    hear(place, post("1", "I should not have said that"))
    assert Mention.objects.get().deleted_at == THEN + timedelta(minutes=5)
    assert world.kinds_in(world.conversation(place.workspace)).count("message_deleted") == 1
    assert not listening.mentions(seen_by=reader).filter(deleted_at=None).exists()
    assert not Tombstone.objects.exists()


def test_deletions_of_posts_that_never_come_are_forgotten_after_some_days() -> None:
    place = channel(world.workspace())
    take_back(place, "1", "2", at=5)
    take_back(place, "2", at=6)
    assert Tombstone.objects.count() == 2
    assert forget_old() == 0
    Tombstone.objects.filter(external_id="1").update(noted_at=clock.now() - 2 * REMEMBERED)
    assert forget_old() == 1
    assert Tombstone.objects.get().external_id == "2"


def test_a_version_that_comes_after_a_newer_one_is_kept_beside_it() -> None:
    place = channel(world.workspace())
    first = post("1", "one", raw=b"1")
    hear(place, world.edited(first, "two", at=1))
    hear(place, first)
    assert Mention.objects.get().text == "two"
    assert set(Payload.objects.values_list("version", flat=True)) == {
        "first",
        (THEN + timedelta(minutes=1)).isoformat(),
    }
    assert world.kinds_in(world.conversation(place.workspace)).count("message_edited") == 1
