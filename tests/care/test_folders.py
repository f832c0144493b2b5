"""Folders and their counts hold what their reader may see, no more and no less."""

import random

import pytest

from cornbread.care import actions as care
from cornbread.care import queries
from cornbread.care.forms import View
from cornbread.care.models import Conversation
from cornbread.care.queries import Filters
from cornbread.care.showing.rows import folders, page_of_rows
from cornbread.team.actions import create_team
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member, Team
from tests.care import brand as brands
from tests.care.brand import Brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return brands.found()


def in_team(member: Member, group: Team) -> Member:
    member.teams.add(group)
    return member


def shuffled(brand: Brand, members: list[Member], teams: list[Team]) -> None:
    """Conversations of every status, given to anybody and to nobody."""
    chance = random.Random(7)
    for number in range(24):
        one = brand.hears(f"Number {number}", who=f"Person {number}", ago=number)
        if (to := chance.choice([None, *members])) is not None:
            care.assign(one.pk, to=to.pk, by=brand.owner)
        if (group := chance.choice([None, *teams])) is not None:
            care.hand_to_team(one.pk, team_id=group.pk, by=brand.owner)
        if change := chance.choice([None, care.resolve, care.set_pending]):
            change(one.pk, by=brand.owner)


def test_each_count_is_the_length_of_its_list_for_everybody(brand: Brand) -> None:
    night, day = (create_team(name, by=brand.owner) for name in ("Night desk", "Day desk"))
    agent = in_team(brand.colleague("Lee"), night)
    partner = in_team(brand.colleague("Pat", Role.PARTNER), day)
    shuffled(brand, [brand.owner, agent, partner], [night, day])
    for reader in (brand.owner, agent, partner):
        for folder in folders(seen_by=reader):
            listed = page_of_rows(View(folder=folder.key), seen_by=reader, size=100).rows
            assert folder.count in (None, len(listed)), (reader, folder)
            filters = View(folder=folder.key).filters
            assert [row.one for row in listed] == list(queries.inbox(filters, seen_by=reader))


def test_a_partner_is_told_of_no_conversation_of_others_by_a_count(brand: Brand) -> None:
    create_team("Night desk", by=brand.owner)
    partner = brand.colleague("Pat", Role.PARTNER)
    brand.hears("Where is it?")
    assert set(queries.counts(seen_by=partner).values()) == {0}


def test_what_was_given_to_my_teams_has_its_folder(brand: Brand) -> None:
    night, day = (create_team(name, by=brand.owner) for name in ("Night desk", "Day desk"))
    ours, theirs = brand.hears("Ours", who="Ours"), brand.hears("Theirs", who="Theirs")
    care.hand_to_team(ours.pk, team_id=night.pk, by=brand.owner)
    care.hand_to_team(theirs.pk, team_id=day.pk, by=brand.owner)
    agent = brand.colleague("Lee")
    assert "team" not in {one.key for one in folders(seen_by=agent)}
    in_team(agent, night)
    found = queries.narrowed(Filters(my_teams=True), seen_by=agent)
    assert list(found) == [Conversation.objects.get(pk=ours.pk)]
    page = brand.client(agent).get(brand.url("?folder=team")).content.decode()
    assert "My teams" in page
    assert "Ours" in page
    assert "Theirs" not in page
