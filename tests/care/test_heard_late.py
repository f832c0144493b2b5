"""Old posts that are found late are listed apart, until there is news or somebody takes them up."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.care import actions as care
from cornbread.care import queries
from cornbread.care.domain.lateness import heard_late
from cornbread.care.domain.timeline import Entry, EntryKind, in_order
from cornbread.care.forms import FOLDERS, View
from cornbread.care.models import Conversation
from cornbread.care.queries import Filters
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.listening.models import Mention
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests import world
from tests.world import THEN, Pretend, answer, conversation, hear, post

OLD = -8 * 24 * 60
pytestmark = pytest.mark.django_db


@pytest.fixture
def place(pretend: Pretend) -> Iterator[Channel]:
    pretend.can(tells_history=False)
    with clock.stopped_at(THEN + timedelta(minutes=5)):
        yield world.channel(world.workspace())


@pytest.fixture
def agent(place: Channel) -> Member:
    return world.member(place.workspace, Role.AGENT)


def shown_in(folder: str, reader: Member) -> int:
    return queries.inbox(View(folder=folder).filters, seen_by=reader).count()


def test_an_old_post_is_listed_apart_and_a_new_one_in_the_inbox(
    place: Channel, agent: Member
) -> None:
    hear(place, post("old", at=OLD), post("new", by="bo"))
    shown = {folder: shown_in(folder, agent) for folder in FOLDERS}
    one_each = {"open": 1, "unassigned": 1, "late": 1}
    assert shown == dict.fromkeys(FOLDERS, 0) | one_each | {"all": 2}
    counts = queries.counts(seen_by=agent)
    assert (counts["open"], counts["unassigned"], counts["late"]) == (1, 1, 1)
    (late,) = queries.inbox(Filters(late=True), seen_by=agent)
    assert late.late
    assert world.ids_in(late) == ["old"]


def test_the_limit_is_the_workspaces_own(place: Channel) -> None:
    place.workspace.late_s = 9 * 24 * 3600
    place.workspace.save()
    hear(place, post("1", at=OLD))
    assert not conversation(place.workspace).late


def test_files_and_our_own_posts_are_never_late(place: Channel, pretend: Pretend) -> None:
    hear(place, answer("ours", None, at=OLD))
    pretend.can(tells_history=True)
    hear(place, post("1", at=OLD))
    assert not Mention.objects.filter(late=True).exists()


def test_a_timely_post_of_the_customer_brings_it_in(place: Channel) -> None:
    hear(place, post("1", at=OLD))
    hear(place, post("2", to="1", at=0))
    assert not conversation(place.workspace).late


def test_what_we_answered_over_there_waits_for_nobody(place: Channel) -> None:
    hear(place, post("1", at=OLD), answer("a", "1", at=OLD + 5))
    assert not conversation(place.workspace).late
    hear(place, post("2", to="a", at=OLD + 10))
    assert conversation(place.workspace).late


ACTS: dict[str, Callable[[Conversation, Member], object]] = {
    "bring": lambda one, by: care.bring_in(one.pk, by=by),
    "assign": lambda one, by: care.assign(one.pk, to=by.pk, by=by),
    "note": lambda one, by: care.note(one.pk, "I look into it", by=by),
    "reply": lambda one, by: (
        care.reply(one.pk, "Sorry", by=by, basis=one.last_entry_id),
        world.send_all(),
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_whatever_somebody_does_with_it_brings_it_in(
    place: Channel, agent: Member, act: str
) -> None:
    hear(place, post("1", at=OLD))
    ACTS[act](conversation(place.workspace), agent)
    assert not conversation(place.workspace).late
    assert shown_in("late", agent) == 0


def test_more_old_posts_do_not_hide_what_was_brought_in_but_stand_apart_by_themselves(
    place: Channel, agent: Member
) -> None:
    hear(place, post("1", at=OLD))
    care.bring_in(conversation(place.workspace).pk, by=agent)
    assert care.bring_in(conversation(place.workspace).pk, by=agent).entries.count() == 2
    hear(place, post("0", at=OLD - 5, to="1"))
    assert not conversation(place.workspace).late


def test_an_old_post_taken_from_the_stream_comes_into_the_inbox(
    place: Channel, pretend: Pretend
) -> None:
    lead = world.member(place.workspace, Role.LEAD)
    hear(place, post("1", at=OLD))
    opened = care.open_from_mention(Mention.objects.get().pk, by=lead)
    assert not opened.late
    assert world.kinds_in(opened)[-1] == "brought_in"


KINDS = st.sampled_from(
    [EntryKind.MESSAGE_IN, EntryKind.MESSAGE_OUT, EntryKind.NOTE, EntryKind.MESSAGE_EDITED]
)


@given(st.lists(st.tuples(KINDS, st.booleans(), st.integers(0, 9)), max_size=8))
def test_only_what_has_a_late_post_and_no_news_is_late(
    drawn: list[tuple[EntryKind, bool, int]],
) -> None:
    entries = in_order(
        Entry(id=id_, at=THEN + timedelta(minutes=at), kind=kind, late=late)
        for id_, (kind, late, at) in enumerate(drawn)
    )
    if heard_late(entries):
        last_in = [one for one in entries if one.inbound][-1]
        assert last_in.late
        assert not any(one.answers for one in entries[entries.index(last_in) :])
        news = Entry(id=99, at=THEN + timedelta(days=1), kind=EntryKind.MESSAGE_IN)
        assert not heard_late([*entries, news])
        acted = Entry(id=99, at=THEN, kind=EntryKind.ASSIGNED)
        assert not heard_late(in_order([*entries, acted]))
