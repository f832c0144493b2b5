"""Posts in any order and in any batches end up in the same conversations."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cornbread.care import actions as care
from cornbread.care import queries
from cornbread.care.models import Conversation, Entry, Strand
from cornbread.channels.domain.posts import HeardPost
from cornbread.foundation.jobs import drain
from cornbread.foundation.models import Job
from cornbread.listening import actions as listening
from cornbread.listening.domain.threads import Post, group
from cornbread.listening.intake import forget_compiled
from cornbread.listening.models import Mention
from cornbread.outbound.models import Delivery, Draft
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Workspace
from tests import world
from tests.world import answer, channel, conversation, conversations, hear, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretend")]

NAMES = "abcdefgh"
THREADS = st.lists(
    st.builds(
        Post,
        id=st.sampled_from(NAMES),
        author=st.sampled_from(["ana", "lee"]),
        inbound=st.booleans(),
        parent=st.none() | st.sampled_from(NAMES + "xy"),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one.id,
)
ANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def heard(one: Post, *, addressed: bool = True, text: str = "words") -> HeardPost:
    if one.inbound:
        return post(one.id, text, by=one.author, to=one.parent, addressed=addressed)
    return answer(one.id, one.parent)


def expected(posts: list[Post]) -> dict[tuple[str, ...], str]:
    found = group(posts).conversations
    return {tuple(sorted(ids)): author for (_, author), ids in found.items()}


def nothing_is_left_over(brand: Workspace) -> None:
    for one in Conversation.objects.filter(workspace=brand):
        if one.merged_into_id is None:
            assert Entry.objects.filter(conversation=one, mention__isnull=False).exists()
            assert Strand.objects.filter(conversation=one).exists()
        else:
            assert not one.entries.exists()
            assert not one.strands.exists()
            final = Conversation.objects.get(pk=one.merged_into_id)
            assert final.merged_into_id is None, "old links lead on in one step"
    for strand in Strand.objects.filter(workspace=brand):
        roots = Mention.objects.filter(
            workspace=brand, root=strand.root, identity_id=strand.identity_id
        )
        assert roots.exists(), "a strand stands where its customer's posts are"


def run_jobs(brand: Workspace, chance: random.Random) -> None:
    """Reactions in any order: workers run side by side, and failed ones come later."""
    jobs = Job.objects.filter(state="ready", queue="reactions", workspace_id=brand.pk)
    for job in jobs:
        Job.objects.filter(pk=job.pk).update(priority=chance.randrange(100))
    drain(queues=["reactions"], workspace_id=brand.pk)


@contextmanager
def example() -> Iterator[Workspace]:
    """A brand of its own for every example; nothing of it stays."""
    with transaction.atomic():
        yield world.workspace()
        transaction.set_rollback(True)


def pieces(posts: list[Post], chance: random.Random) -> Iterator[list[Post]]:
    """The posts in any order, in batches of any size."""
    waiting = chance.sample(posts, len(posts))
    while waiting:
        size = chance.randint(1, len(waiting))
        yield waiting[:size]
        waiting = waiting[size:]


@given(posts=THREADS, chance=st.randoms(use_true_random=False))
@ANY
def test_any_order_and_any_batches_give_what_all_at_once_gives(
    posts: list[Post], chance: random.Random
) -> None:
    with example() as brand:
        place = channel(brand)
        known: list[Post] = []
        for piece in pieces(posts, chance):
            repeats = chance.choices(known, k=2) if known else []
            hear(place, *map(heard, [*piece, *repeats]), follow_up=False)
            known += piece
            if chance.random() < 0.5 or len(known) == len(posts):
                run_jobs(brand, chance)
                assert world.placed(brand) == expected(known)
                nothing_is_left_over(brand)


@given(
    posts=THREADS,
    inbox=st.sets(st.sampled_from(NAMES)),
    chance=st.randoms(use_true_random=False),
)
@ANY
def test_posts_that_were_only_listened_to_join_whichever_way_they_come(
    posts: list[Post], inbox: set[str], chance: random.Random
) -> None:
    with example() as brand:
        place = channel(brand)
        lead = world.member(brand, Role.LEAD)
        listening.save_watch(by=lead, name="All", query="words", to_inbox=False)
        forget_compiled()
        for piece in pieces(posts, chance):
            hear(place, *[heard(p, addressed=p.id in inbox) for p in piece], follow_up=False)
            if chance.random() < 0.5:
                run_jobs(brand, chance)
        run_jobs(brand, chance)
        opening = inbox | {one.id for one in posts if not one.inbound}
        opened = {ids: who for ids, who in expected(posts).items() if set(ids) & opening}
        assert world.placed(brand) == opened
        nothing_is_left_over(brand)


def test_threads_that_turn_out_to_be_one_make_one_conversation_and_old_links_lead_on() -> None:
    brand = world.workspace()
    place, by = channel(brand), world.member(brand)
    hear(place, post("2", to="1", at=2), post("4", to="3", at=4))
    first, second = conversations(brand)
    care.note(second.pk, "Platform 4", by=by)
    care.assign(second.pk, to=by.pk, by=by)
    care.save_draft(second.pk, "Dear Ana", by=by, mode="public", basis=1)
    hear(place, post("3", to="2", at=3))
    assert conversation(brand) == first
    one = queries.conversation(second.pk, seen_by=by)
    assert one.pk == first.pk
    assert one.assignee == by
    assert world.ids_in(one) == ["2", "3", "4"]
    assert "note" in world.kinds_in(one)
    assert one.last_at is not None
    draft = care.draft_of(one, by=by)
    assert draft is not None
    assert draft.text == "Dear Ana"
    nothing_is_left_over(brand)


def test_two_drafts_of_one_person_become_one_when_conversations_do() -> None:
    brand = world.workspace()
    place, by = channel(brand), world.member(brand)
    hear(place, post("2", to="1"), post("4", to="3"))
    for one in conversations(brand):
        care.save_draft(one.pk, f"words {one.pk}", by=by, mode="public", basis=1)
    hear(place, post("3", to="2"))
    draft = Draft.objects.get()
    assert all(f"words {one.pk}" in draft.text for one in Conversation.objects.all())


@pytest.mark.django_db(transaction=True)
def test_a_reply_on_its_way_arrives_in_the_conversation_that_took_the_other_in() -> None:
    brand = world.workspace()
    place, by = channel(brand), world.member(brand)
    hear(place, post("2", to="1", at=2), post("4", to="3", at=4))
    second = conversations(brand)[1]
    care.reply(second.pk, "Hello", by=by, basis=second.last_entry_id)
    hear(place, post("3", to="2", at=3))
    world.send_all()
    assert Delivery.objects.get().state == "sent"
    assert world.kinds_in(conversation(brand)).count("message_out") == 1


def test_a_long_thread_heard_backwards_in_small_pieces_is_one_conversation() -> None:
    brand = world.workspace()
    place = channel(brand)
    chain = [post("0")] + [
        post(str(n), to=str(n - 1), at=n) if n % 2 == 0 else answer(str(n), str(n - 1), at=n)
        for n in range(1, 60)
    ]
    pieces = [chain[n : n + 7] for n in range(0, 60, 7)]
    random.Random(5).shuffle(pieces)
    for piece in pieces:
        hear(place, *piece)
    assert len(world.ids_in(conversation(brand))) == 60
    nothing_is_left_over(brand)
