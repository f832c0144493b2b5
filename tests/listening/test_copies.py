"""Copies and bot waves are found, whatever the order; what only looks alike is left alone."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from cornbread.channels.domain.posts import HeardPost
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.listening.copies import forget_copies, group_copies
from cornbread.listening.domain.copies import Copies, overlap, united
from cornbread.listening.models import Mention, Wave
from tests import world

COMPLAINT = "my train to Amersfoort is late again and nobody tells us why"
NEARLY = "my train to Amersfoort is late again and nobody ever tells us why"
OTHER = "thank you for the lovely coffee in the dining car this morning"


def groups(texts: Sequence[str], order: Sequence[int] | None = None) -> set[frozenset[int]]:
    index = Copies()
    pairs = [
        (number, other)
        for number in (order if order is not None else range(len(texts)))
        for other in index.add(number, texts[number], (), 0.0)
    ]
    return {frozenset(group) for group in united(pairs)}


def test_links_handles_digits_and_signs_make_no_difference() -> None:
    assert groups([f"@ana {COMPLAINT}! https://a.example/1", f"{COMPLAINT.upper()} 17:05 😡"])


def test_a_changed_word_makes_little_difference() -> None:
    assert groups([COMPLAINT, OTHER, NEARLY]) == {frozenset({0, 2})}


def test_short_thanks_of_many_people_are_no_wave() -> None:
    assert groups(["thanks!"] * 100) == set()


def test_short_words_with_the_same_link_are_a_wave() -> None:
    index, link = Copies(), ("https://win.example/now",)
    assert index.add(1, "click here", link, 0.0) == []
    assert index.add(2, "click here", ("https://other.example/",), 0.0) == []
    assert index.add(3, "Click here!", link, 0.0) == [1]


def test_what_was_said_days_ago_is_another_wave() -> None:
    index = Copies()
    index.add(1, COMPLAINT, (), 0.0)
    assert index.add(2, COMPLAINT, (), 49 * 3600.0) == []
    assert index.add(3, NEARLY, (), 50 * 3600.0) == [2]


def test_what_was_heard_longest_ago_is_forgotten_when_there_is_too_much() -> None:
    index = Copies(most=2)
    for number, text in enumerate([COMPLAINT, OTHER, "five words of no meaning at all"]):
        index.add(number, text, (), 0.0)
    assert len(index) == 2
    assert index.add(9, COMPLAINT, (), 0.0) == []


TEXTS = st.lists(
    st.lists(st.sampled_from(["train", "late", "rain", "why"]), min_size=5, max_size=9).map(
        " ".join
    ),
    max_size=12,
)


@given(TEXTS, st.randoms(use_true_random=False))
def test_alike_posts_are_the_same_groups_in_any_order(texts: list[str], random: Random) -> None:
    order = list(range(len(texts)))
    random.shuffle(order)
    found = groups(texts, order)
    assert found == groups(texts)
    for one in range(len(texts)):
        for other in range(one):
            if texts[one] == texts[other]:
                assert any({one, other} <= group for group in found)
    for group in found:  # nobody is in a group without being alike with somebody there
        for one in group:
            alike = (overlap(texts[one], texts[other]) for other in group - {one})
            assert max(alike) >= 0.7


@pytest.fixture
def place(pretend: world.Pretend) -> Channel:
    return world.channel(world.workspace())


def waves(place: Channel) -> set[frozenset[str]]:
    """The posts of each wave; sizes and times are true."""
    found = set()
    for wave in Wave.objects.filter(workspace=place.workspace_id):
        posts = list(wave.mentions.order_by("posted_at"))
        assert wave.size == len(posts) >= 2
        assert (wave.first_at, wave.last_at) == (posts[0].posted_at, posts[-1].posted_at)
        found.add(frozenset(post.external_id for post in posts))
    return found


def posts(count: int) -> list[HeardPost]:
    said = [COMPLAINT, OTHER, NEARLY, "something that nobody else has said but me"]
    return [
        world.post(str(number), said[min(number % 5, 3)], by=f"p{number}", at=number)
        for number in range(count)
        if number < 4 or number % 5 < 3
    ]


@pytest.fixture
def now() -> Iterator[None]:
    with clock.stopped_at(world.THEN + timedelta(hours=1)):
        yield


pytestmark = pytest.mark.usefixtures("now")


@pytest.mark.django_db
def test_a_wave_grows_with_its_copies_and_everybody_has_a_conversation(place: Channel) -> None:
    world.hear(place, *posts(5))
    assert waves(place) == {frozenset("02")}
    world.hear(place, *posts(12))
    assert waves(place) == {frozenset({"0", "2", "5", "7", "10"}), frozenset({"1", "6", "11"})}
    assert len(world.conversations(place.workspace)) == Mention.objects.count()


@pytest.mark.django_db
def test_one_batch_many_batches_and_a_restart_between_make_the_same_waves(place: Channel) -> None:
    heard = posts(23)
    world.hear(place, *heard)
    elsewhere = world.channel(world.workspace("Blue Heron"))
    for one in reversed(heard):
        forget_copies()
        world.hear(elsewhere, one)
    assert waves(place) == waves(elsewhere) != set()


@pytest.mark.django_db
def test_a_late_link_between_two_waves_makes_them_one(place: Channel) -> None:
    words = COMPLAINT.split()
    ends = (" ".join(["so", "here", "now", *words]), " ".join([*words, "of", "it"]))
    assert overlap(*ends) < 0.7
    world.hear(place, *(world.post(str(n), ends[n % 2], by=f"p{n}") for n in range(4)))
    assert len(waves(place)) == 2
    world.hear(place, world.post("9", COMPLAINT, by="p9"))
    assert waves(place) == {frozenset("01239")}


@pytest.mark.django_db
def test_reactions_out_of_their_order_and_repeated_change_nothing(place: Channel) -> None:
    for one in posts(12):
        world.hear(place, one, follow_up=False)
    ids = list(Mention.objects.order_by("pk").values_list("pk", flat=True))
    for one in [ids[-1], *ids, *ids]:
        group_copies(place.workspace_id, [one])
    found = waves(place)
    assert found == {frozenset({"0", "2", "5", "7", "10"}), frozenset({"1", "6", "11"})}


@pytest.mark.django_db
def test_what_was_rolled_back_is_done_again(place: Channel) -> None:
    world.hear(place, *posts(3), follow_up=False)
    ids = list(Mention.objects.values_list("pk", flat=True))
    with suppress(world.Killed), transaction.atomic():
        group_copies(place.workspace_id, ids)
        raise world.Killed
    assert waves(place) == set()
    group_copies(place.workspace_id, ids)
    assert waves(place) == {frozenset("02")}


@pytest.mark.django_db
def test_ours_private_and_old_posts_are_in_no_wave(place: Channel) -> None:
    private = [world.direct(world.post(f"d{n}", COMPLAINT, by=f"d{n}")) for n in range(2)]
    ours = [world.answer(f"o{n}", None, COMPLAINT) for n in range(2)]
    old = [world.post(f"p{n}", COMPLAINT, by=f"p{n}", at=-49 * 60) for n in range(2)]
    world.hear(place, *private, *ours, *old)
    assert waves(place) == set()
