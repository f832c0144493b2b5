"""Lists with few conversations are reached without reading a brand's whole inbox."""

import pytest

from cornbread.care import actions as care
from cornbread.care import paging, queries
from cornbread.care.models import Conversation
from cornbread.care.queries import Filters
from cornbread.foundation.db import is_postgresql
from cornbread.team.actions import create_team
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests.care import brand as brands
from tests.care.brand import Brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return brands.found()


def plans(filters: Filters, reader: Member) -> list[str]:
    asked = paging.places(filters, seen_by=reader, place=None, size=50)
    return [query.explain() for query in asked]


def begins_with_the_brand(plan: str) -> bool:
    if is_postgresql():
        return "Index Cond: ((workspace_id" in plan or "Index Cond: (workspace_id" in plan
    return "(workspace_id=?" in plan


@pytest.mark.parametrize("who", ["me", "1"])
def test_a_colleagues_list_is_not_looked_for_in_the_brands(brand: Brand, who: str) -> None:
    reader = brand.colleague("Lee")
    assert not any(map(begins_with_the_brand, plans(Filters(assignee=who), reader)))


def test_a_partners_list_is_not_looked_for_in_the_brands(brand: Brand) -> None:
    create_team("Night desk", by=brand.owner)
    partner = brand.colleague("Pat", Role.PARTNER)
    assert not any(map(begins_with_the_brand, plans(Filters(), partner)))
    rows = queries.rows([1, 2], seen_by=partner).explain()
    assert not begins_with_the_brand(rows)


def test_a_list_by_level_reads_what_has_that_level(brand: Brand) -> None:
    (plan,) = plans(Filters(level=7), brand.colleague("Lee"))
    if not is_postgresql():  # which reads a small table as a whole
        assert "conversation_level (workspace_id=? AND level=? AND status=?)" in plan


@pytest.mark.parametrize("level", [0, 3, None])
def test_every_level_can_be_listed(brand: Brand, level: int | None) -> None:
    one = brand.hears("One")
    Conversation.objects.filter(pk=one.pk).update(level=3)
    other = brand.hears("Two", who="Lee")
    found = paging.page(Filters(level=level), seen_by=brand.colleague("Lee"), place=None, size=50)
    expected = {0: [other.pk], 3: [one.pk], None: [one.pk, other.pk]}[level]
    assert sorted(row.pk for row in found) == expected


def test_a_partner_sees_own_and_team_conversations_and_counts_them(brand: Brand) -> None:
    partner = brand.colleague("Pat", Role.PARTNER)
    team = create_team("Night desk", by=brand.owner)
    partner.teams.add(team)
    brand.hears("Three", who="Kim")
    given, own = brand.hears("One"), brand.hears("Two", who="Lee")
    care.hand_to_team(given.pk, team_id=team.pk, by=brand.owner)
    Conversation.objects.filter(pk=own.pk).update(assignee=partner)
    found = paging.page(Filters(), seen_by=partner, place=None, size=50)
    assert {row.pk for row in found} == {given.pk, own.pk}
    counted = queries.counts(seen_by=partner)
    assert (counted["open"], counted["mine"]) == (2, 1)
