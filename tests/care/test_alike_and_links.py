"""Waves and short links as people and programs meet them."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from cornbread.care.templatetags.inbox import linked
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.listening import queries
from cornbread.listening.models import Carrying, Link, Mention, Wave
from cornbread.team import actions as team
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests import world

COMPLAINT = "my train to Amersfoort is late again and nobody tells us why"
pytestmark = pytest.mark.django_db


@pytest.fixture
def place(pretend: world.Pretend) -> Iterator[Channel]:
    with clock.stopped_at(world.THEN + timedelta(hours=1)):
        place = world.channel(world.workspace())
        posts = [world.post(str(n), f"{COMPLAINT} {n}", by=f"p{n}", at=n) for n in range(5)]
        world.hear(place, *posts, world.post("other", "Lovely coffee", by="zoe", at=9))
        yield place


@pytest.fixture
def lead(place: Channel) -> Member:
    return world.member(place.workspace, Role.LEAD)


@pytest.fixture
def browser(lead: Member) -> Client:
    client = Client()
    client.force_login(lead.user)
    return client


def shown(browser: Client, place: Channel, path: str) -> str:
    answer = browser.get(f"/w/{place.workspace.slug}/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_inbox_and_the_thread_say_that_others_wrote_the_same(
    browser: Client, place: Channel
) -> None:
    page = shown(browser, place, "inbox/")
    assert page.count("one of 5 alike") == 5
    one = world.conversations(place.workspace)[0]
    wave = Wave.objects.get()
    thread = shown(browser, place, f"inbox/{one.pk}/")
    assert f'href="/w/{place.workspace.slug}/listening/waves/{wave.pk}/">One of 5 alike' in thread


def test_the_stream_folds_copies_unless_all_are_wanted(browser: Client, place: Channel) -> None:
    folded = shown(browser, place, "listening/stream/?watch=everything")
    assert folded.count("<article") == 2
    assert "5 alike since" in folded
    every = shown(browser, place, "listening/stream/?watch=everything&copies=all")
    assert every.count("<article") == 6
    newest = Mention.objects.get(external_id="4")
    assert f'id="mention-{newest.pk}"' in folded
    newest.deleted_at = clock.now()
    newest.save()
    folded = shown(browser, place, "listening/stream/?watch=everything")
    assert f'id="mention-{Mention.objects.get(external_id="3").pk}"' in folded


def test_a_wave_has_a_page_of_its_own(browser: Client, place: Channel) -> None:
    page = shown(browser, place, f"listening/waves/{Wave.objects.get().pk}/")
    assert page.count("<article") == 5
    assert "Lovely coffee" not in page
    missing = browser.get(f"/w/{place.workspace.slug}/listening/waves/999/")
    assert missing.status_code == 404


def test_programs_read_waves_and_lateness(place: Channel, lead: Member) -> None:
    _, secret = team.create_token("t", ["watches:read"], for_member=lead, by=SYSTEM)
    api = Client(headers={"Authorization": f"Bearer {secret}"})
    items = api.get("/api/v1/mentions").json()["items"]
    (wave,) = {one["wave"]["id"] for one in items if one["wave"]}
    assert {one["late"] for one in items} == {False}
    found = api.get(f"/api/v1/mentions?wave={wave}&limit=2").json()
    assert [one["external_id"] for one in found["items"]] == ["4", "3"]
    assert found["next"]
    assert api.get(f"/api/v1/waves/{wave}").json()["size"] == 5


def test_a_short_link_is_shown_as_where_it_leads() -> None:
    leads = {"https://bit.ly/abc": "https://www.shop.example/sale"}
    html = linked("See https://bit.ly/abc, or https://bit.ly/x", leads)
    assert re.findall(r'href="([^"]*)"', html) == [
        "https://www.shop.example/sale",
        "https://bit.ly/x",
    ]
    assert "https://bit.ly/abc leads to https://www.shop.example/sale" in html
    assert ">shop.example</a>, or" in html


def test_the_thread_shows_where_links_lead(browser: Client, place: Channel) -> None:
    world.hear(place, world.post("short", "See https://bit.ly/abc", by="zoe", at=20))
    mention = Mention.objects.get(external_id="short")
    assert queries.leads_of([mention.pk]) == {}
    Link.objects.update(state=Link.State.KNOWN, leads_to="https://shop.example/sale")
    assert Carrying.objects.filter(mention=mention).count() == 1
    one = world.conversations(place.workspace)[-1]
    assert ">shop.example</a>" in shown(browser, place, f"inbox/{one.pk}/")
