"""Posts filed by the thousand come out as posts filed one by one, and as a computation anew."""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cornbread.care import actions as care
from cornbread.care.domain.clock import clock
from cornbread.care.domain.levels import level
from cornbread.care.domain.status import standing_of
from cornbread.care.filing import file_mentions
from cornbread.care.models import Conversation, Entry
from cornbread.care.recomputing import recompute
from cornbread.care.refreshing import entry_value, thresholds_of
from cornbread.care.timelines import WORKED_OUT
from cornbread.channels.domain.posts import HeardDeletion, HeardPost, Visibility
from cornbread.foundation.models import EventRecord
from cornbread.listening.models import Mention
from cornbread.team.models import Workspace
from tests import world
from tests.world import THEN, answer, channel, conversation, conversations, direct, hear, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretend")]

NOW = THEN + timedelta(minutes=240)


class Said(NamedTuple):
    """A post of a history: by whom, in answer to which (None begins), whether it was taken back."""

    by: str
    to: int | None
    gone: bool


HISTORIES = st.lists(
    st.builds(
        Said,
        by=st.sampled_from(["ana", "lee", "dora", "us"]),
        to=st.none() | st.integers(0, 11),
        gone=st.integers(0, 9).map(lambda one: one == 0),
    ),
    min_size=1,
    max_size=12,
)


def heard(history: Sequence[Said]) -> Iterator[HeardPost]:
    """The posts of a history, a quarter of an hour apart; Dora writes only directly."""
    for number, said in enumerate(history):
        to = None if said.to is None or said.to >= number else str(said.to)
        at = number * 15
        if said.by == "us":
            yield answer(str(number), to, f"ours {number}", at=at)
        else:
            one = post(str(number), f"words {number}", by=said.by, to=to, at=at)
            yield direct(one) if said.by == "dora" else one


def listened(history: Sequence[Said]) -> tuple[Workspace, list[int]]:
    """A brand that has heard it all and filed nothing, with its mentions in their order."""
    brand = world.workspace()
    place = channel(brand)
    hear(place, *heard(history), follow_up=False)
    gone = [
        HeardDeletion(external_id=str(number), deleted_at=THEN + timedelta(minutes=200 + number))
        for number, said in enumerate(history)
        if said.gone
    ]
    hear(place, deletions=gone, follow_up=False)
    kept = Mention.objects.filter(workspace=brand).order_by("posted_at")
    return brand, list(kept.values_list("pk", flat=True))


def picture(brand: Workspace) -> list[tuple[Any, ...]]:
    """All conversations with everything but the numbers of their rows."""
    columns = [name for name in WORKED_OUT if name != "last_entry_id"]
    return sorted(
        (
            (world.ids_in(one), world.kinds_in(one), one.identity.handle),
            *(str(getattr(one, name)) for name in columns),
        )
        for one in conversations(brand)
    )


def resolve_first(brand: Workspace) -> None:
    by = world.member(brand)
    for one in conversations(brand)[:1]:
        if one.status != "resolved":
            care.resolve(one.pk, by=by)


def worked_out(brand: Workspace) -> list[tuple[Any, ...]]:
    kept = Conversation.objects.filter(workspace=brand).order_by("pk")
    return list(kept.values_list("pk", *WORKED_OUT))


def splits(ids: Sequence[int], chance: random.Random) -> Iterator[list[int]]:
    waiting = list(ids)
    while waiting:
        size = chance.randint(1, len(waiting))
        repeated = chance.choices(ids[: ids.index(waiting[0])] or [waiting[0]], k=2)
        yield [*waiting[:size], *repeated]
        waiting = waiting[size:]


@pytest.mark.slow
@given(history=HISTORIES, resolved_after=st.integers(0, 12), chance=st.randoms())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_splits_come_out_as_one_by_one_and_as_worked_out_anew(
    history: list[Said], resolved_after: int, chance: random.Random
) -> None:
    with transaction.atomic(), time_machine.travel(NOW, tick=False):
        brand, ids = listened(history)
        early, late = ids[:resolved_after], ids[resolved_after:]
        for piece in splits(early, chance):
            file_mentions(brand.pk, piece)
        resolve_first(brand)
        for piece in splits(late, chance):
            file_mentions(brand.pk, piece)
        other, ids = listened(history)
        for id_ in ids[:resolved_after]:
            file_mentions(other.pk, [id_])
        resolve_first(other)
        for id_ in ids[resolved_after:]:
            file_mentions(other.pk, [id_])
        assert picture(brand) == picture(other)
        before = worked_out(brand)
        recompute.call(workspace_id=brand.pk)
        assert worked_out(brand) == before
        for one in conversations(brand):
            shows_what_the_definitions_say(one)
        transaction.set_rollback(True)


def shows_what_the_definitions_say(one: Conversation) -> None:
    entries = [entry_value(row) for row in Entry.objects.filter(conversation=one)]
    thresholds = thresholds_of(one.workspace)
    result, shown = level(entries, thresholds), clock(entries, thresholds, NOW)
    standing = standing_of(entries, now=NOW)
    assert (one.status, one.snoozed_until) == (standing.status, standing.snoozed_until)
    assert (one.level, one.first_message_at) == (result.level, result.first_message_at)
    assert one.first_answer_at == result.first_answer_at
    assert (one.waiting_since, one.due_at) == (shown.waiting_since, shown.due_at)
    assert one.position == shown.position(max(entry.at for entry in entries))
    assert one.last_entry_id == max(entry.id for entry in entries)


def test_a_thousand_posts_take_as_many_statements_as_ten_and_tell_it_once() -> None:
    taken = []
    for many in (10, 1_000):
        brand = world.workspace()
        posts = [post(f"p{n}", by=f"c{n}", at=n / 100) for n in range(many)]
        answers = [answer(f"a{n}", f"p{n}", at=15) for n in range(0, many, 2)]
        hear(channel(brand), *posts, *answers, follow_up=False)
        ids = list(Mention.objects.filter(workspace=brand).values_list("pk", flat=True))
        with CaptureQueriesContext(
            connection,
        ) as statements:
            file_mentions(brand.pk, ids)
        taken.append(sum("INSERT" not in one["sql"] for one in statements.captured_queries))
        assert Conversation.objects.filter(workspace=brand, level=3).count() == many // 2
        told = EventRecord.objects.filter(workspace_id=brand.pk, kind__startswith="care.")
        assert [len(one.payload["conversation_ids"]) for one in told] == [many]
    assert taken[0] == taken[1]


def test_a_direct_message_of_ours_joins_a_case_that_came_in_the_same_batch() -> None:
    brand = world.workspace()
    ours = answer("2", None, at=5, visibility=Visibility.DIRECT, addressed_to=("ana",))
    hear(channel(brand), direct(post("1")), ours)
    assert world.ids_in(conversation(brand)) == ["1", "2"]
