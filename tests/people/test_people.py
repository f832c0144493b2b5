"""People: who they are, what is remembered of them, and who may know."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotAllowed, NotFound
from cornbread.people import actions, queries
from cornbread.people.models import Identity, Memory, Person
from cornbread.team.domain.permissions import PERMISSIONS, Role
from cornbread.team.models import AuditEntry, Member
from tests import world
from tests.world import answer, channel, hear, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretend")]


@pytest.fixture
def by() -> Member:
    brand = world.workspace()
    hear(channel(brand), post("1"), answer("2", "1", at=1))
    return world.member(brand)


@pytest.fixture
def ana(by: Member) -> Person:
    return queries.people(seen_by=by).get()


def test_customers_are_people_and_we_are_not(by: Member, ana: Person) -> None:
    assert ana.name == "Ana"
    assert Person.objects.count() == 2
    assert [str(one) for one in queries.people(seen_by=by, search="redkite")] == []
    assert [str(one) for one in queries.people(seen_by=by, search="ANA")] == ["Ana"]


def test_a_memory_says_what_where_and_when_it_was_learned(by: Member, ana: Person) -> None:
    learned = clock.now() - timedelta(days=40)
    actions.remember(
        ana.pk, " Loves cornbread ", by=by, learned_at=learned, learned_from="the lobby"
    )
    memory = queries.memories(ana.pk, seen_by=by).get()
    assert (memory.text, memory.learned_from) == ("Loves cornbread", "the lobby")
    assert (memory.learned_at, memory.noted_by) == (learned, by)


def test_what_was_forgotten_is_erased_and_what_has_expired_is_not_shown(
    by: Member, ana: Person
) -> None:
    soon = clock.now() + timedelta(hours=1)
    kept = actions.remember(ana.pk, "Needs a ramp", by=by, expires_at=soon)
    gone = actions.remember(ana.pk, "Divorced", by=by)
    actions.forget(gone.pk, by=by)
    assert Memory.objects.get(pk=gone.pk).text == ""
    assert AuditEntry.objects.filter(verb="memory.forgotten").exists()
    assert list(queries.memories(ana.pk, seen_by=by)) == [kept]
    Memory.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert not queries.memories(ana.pk, seen_by=by).exists()
    with pytest.raises(NotFound):
        actions.forget(gone.pk, by=by)


FAULTS: dict[str, Callable[[int, Member], Any]] = {
    "nothing": lambda who, by: actions.remember(who, "  ", by=by),
    "too much": lambda who, by: actions.remember(who, "x" * 501, by=by),
    "learned tomorrow": lambda who, by: actions.remember(
        who, "x", by=by, learned_at=clock.now() + timedelta(days=1)
    ),
    "expired yesterday": lambda who, by: actions.remember(
        who, "x", by=by, expires_at=clock.now() - timedelta(days=1)
    ),
    "no name": lambda who, by: actions.rename(who, " ", by=by),
    "no account": lambda who, by: actions.link(who, kind="phone", handle=" ", by=by),
    "a kind of account longer than any": lambda who, by: actions.link(
        who, kind="k" * 60, handle="x", by=by
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_makes_no_sense_is_refused(by: Member, ana: Person, fault: str) -> None:
    with pytest.raises(Invalid):
        FAULTS[fault](ana.pk, by)


def test_an_account_noted_by_hand_belongs_to_one_person(by: Member, ana: Person) -> None:
    first = actions.link(ana.pk, kind="Phone", handle="+49 30 1", by=by)
    again = actions.link(ana.pk, kind="phone", handle="+49 30 1", by=by)
    assert first == again
    assert first.linked == Identity.Linked.BRAND
    hear(by.workspace.channels.get(), post("3", by="lee"))
    lee = queries.people(seen_by=by, search="lee").get()
    with pytest.raises(Invalid, match="somebody else"):
        actions.link(lee.pk, kind="phone", handle="+49 30 1", by=by)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_know_people_and_remember(ana: Person, role: Role) -> None:
    by = world.member(ana.workspace, role)
    if "person.read" in PERMISSIONS[role]:
        assert queries.person(ana.pk, seen_by=by) == ana
    else:
        with pytest.raises(NotAllowed):
            queries.person(ana.pk, seen_by=by)
    if "person.write" in PERMISSIONS[role]:
        actions.remember(ana.pk, "Likes tea", by=by)
    else:
        with pytest.raises(NotAllowed):
            actions.remember(ana.pk, "Likes tea", by=by)


def test_for_other_brands_a_person_does_not_exist(by: Member, ana: Person) -> None:
    memory = actions.remember(ana.pk, "Likes tea", by=by)
    stranger = world.member(world.workspace("Blue Heron"), Role.OWNER)
    acts: list[Callable[[], Any]] = [
        lambda: queries.person(ana.pk, seen_by=stranger),
        lambda: list(queries.memories(ana.pk, seen_by=stranger)),
        lambda: actions.remember(ana.pk, "x", by=stranger),
        lambda: actions.forget(memory.pk, by=stranger),
        lambda: actions.rename(ana.pk, "x", by=stranger),
        lambda: actions.link(ana.pk, kind="phone", handle="1", by=stranger),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()
