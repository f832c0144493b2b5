"""The inbox as a browser gets it."""

import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from cornbread.care import actions as care
from cornbread.care import paging, queries
from cornbread.care.models import Conversation
from cornbread.care.queries import Filters
from cornbread.outbound.models import Delivery
from cornbread.team.actions import create_team
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests.care import brand as brands
from tests.care.brand import Brand

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def brand() -> Brand:
    return brands.found()


def text_of(response: Any) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def post(
    brand: Brand, one: Conversation, path: str, by: Member | None = None, **values: Any
) -> Any:
    return brand.client(by).post(brand.url(f"{one.pk}/{path}/"), values, headers=HTMX)


def say(brand: Brand, one: Conversation, text: str, by: Member | None = None, **more: Any) -> Any:
    one.refresh_from_db()
    values = {"text": text, "mode": "public", "basis": one.last_entry_id, "key": "k1"} | more
    return post(brand, one, "reply", by, **values)


# Who sees what


def test_a_stranger_is_sent_to_sign_in(brand: Brand, client: Any) -> None:
    answer = client.get(brand.url())
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]


def test_a_member_of_another_workspace_learns_nothing(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    other = brands.found("Blue Heron Inns")
    assert other.client().get(brand.url(f"{one.pk}/")).status_code == 404
    assert other.client().get(other.url(f"{one.pk}/")).status_code == 404
    assert other.client().post(other.url(f"{one.pk}/assign/"), {"to": ""}).status_code == 404


def test_a_partner_sees_only_what_was_given_to_their_team(brand: Brand) -> None:
    given = brand.hears("Where is the night bus?", who="Given Gale")
    kept = brand.hears("My card was charged twice", who="Kept Kim")
    night = create_team("Night desk", by=brand.owner)
    partner = brand.colleague("Pat", Role.PARTNER)
    partner.teams.add(night)
    care.hand_to_team(given.pk, team_id=night.pk, by=brand.owner)
    page = text_of(brand.client(partner).get(brand.url()))
    assert "Given Gale" in page
    assert "Kept Kim" not in page
    assert brand.client(partner).get(brand.url(f"{given.pk}/")).status_code == 200
    for path in ("", "fresh/", "composer/"):
        answer = brand.client(partner).get(brand.url(f"{kept.pk}/{path}"))
        assert answer.status_code == 404
    assert "Kept Kim" not in text_of(brand.client(partner).get(brand.url(f"rows/?only={kept.pk}")))


def test_an_analyst_reads_and_is_offered_nothing_to_change(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    analyst = brand.colleague("Ada", Role.ANALYST)
    page = text_of(brand.client(analyst).get(brand.url(f"{one.pk}/")))
    assert "You can read this conversation" in page
    assert 'id="in-resolve"' not in page
    for path in ("assign", "label", "status/resolve", "snooze", "touch", "memories", "draft"):
        assert post(brand, one, path, analyst).status_code == 403
    assert say(brand, one, "Hello", analyst).status_code in (403, 422)
    assert not Delivery.objects.exists()


def test_the_workspace_opens_with_its_inbox(brand: Brand) -> None:
    answer = brand.client().get(f"/w/{brand.workspace.slug}/")
    assert answer.headers["Location"] == brand.url()


# The list


def test_what_will_be_late_first_stands_on_top(brand: Brand) -> None:
    brand.hears("Just arrived", who="Bo Chen", ago=1)
    brand.hears("Nearly late", who="Maya Lindt", ago=28)
    page = text_of(brand.client().get(brand.url()))
    assert page.index("Nearly late") < page.index("Just arrived")


def test_the_list_goes_on_from_a_place_without_a_gap(brand: Brand) -> None:
    brand.hears_all([brand.post(f"Post {n}", who=f"Person {n:03}", ago=n) for n in range(1, 96)])
    found, after = [], ""
    while True:
        page = text_of(brand.client().get(brand.url(f"rows/?after={after}")))
        found += re.findall(r'id="row-(\d+)"', page)
        if 'data-after="' not in page:
            break
        after = page.split('data-after="')[1].split('"')[0]
    assert len(found) == len(set(found)) == 95


def test_the_number_of_queries_does_not_grow_with_the_list(brand: Brand) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert brand.client().get(brand.url()).status_code == 200
        return len(captured)

    first = brand.hears("One", who="One")
    care.assign(first.pk, to=brand.owner.pk, by=brand.owner)
    brand.client().get(brand.url())
    few = queries()
    brand.hears_all([brand.post(f"Post {n}", who=f"Person {n}", ago=n) for n in range(1, 36)])
    lee = brand.colleague("Lee")
    for one in Conversation.objects.all():
        care.label(one.pk, "evening", by=brand.owner)
        care.look(one.pk, by=lee)
        care.assign(one.pk, to=lee.pk, by=brand.owner)
    assert queries() == few <= 25


def test_the_number_of_queries_does_not_grow_with_the_thread(brand: Brand) -> None:
    one = brand.hears("First", external_id="t0")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert brand.client().get(brand.url(f"{one.pk}/fresh/")).status_code == 200
        return len(captured)

    brand.client().get(brand.url(f"{one.pk}/fresh/"))
    few = queries()
    lee = brand.colleague("Lee")
    for number in range(12):
        brand.hears(f"More {number}", in_reply_to="t0", ago=3)
        care.note(one.pk, f"Note {number}", by=lee)
    care.assign(one.pk, to=lee.pk, by=brand.owner)
    assert queries() <= few + 2
    assert few <= 35


@pytest.mark.parametrize(
    "query", ["folder=nowhere", "level=x", "after=1_", "channel=-1", "assignee=root", "q=%00"]
)
def test_an_address_that_makes_no_sense_shows_the_inbox(brand: Brand, query: str) -> None:
    assert brand.client().get(brand.url(f"?{query}")).status_code == 200


def test_folders_and_filters_narrow_the_list(brand: Brand) -> None:
    mine = brand.hears("Mine", who="Maya Lindt")
    other = brand.hears("Other", who="Bo Chen")
    care.assign(mine.pk, to=brand.owner.pk, by=brand.owner)
    care.label(other.pk, "refund", by=brand.owner)
    care.resolve(other.pk, by=brand.owner)

    def shown(query: str) -> set[str]:
        page = text_of(brand.client().get(brand.url(f"rows/?{query}")))
        return {name for name in ("Maya Lindt", "Bo Chen") if name in page}

    assert shown("folder=mine") == {"Maya Lindt"}
    assert shown("folder=resolved") == {"Bo Chen"}
    assert shown("folder=all") == {"Maya Lindt", "Bo Chen"}
    assert shown("folder=all&label=refund") == {"Bo Chen"}
    assert shown("folder=all&q=bo+chen") == {"Bo Chen"}
    assert shown("folder=unassigned") == set()
    assert shown(f"folder=all&channel={brand.channel.pk}") == {"Maya Lindt", "Bo Chen"}


def test_folders_are_counted_as_far_as_anybody_reads(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        brand.hears(f"Number {number}", who=f"Person {number}")
    assert '<data data-count="open" value="3">' in text_of(brand.client().get(brand.url("rows/")))
    monkeypatch.setattr(queries, "MANY", 3)
    assert '<data data-count="open" value="2+">' in text_of(brand.client().get(brand.url("rows/")))


def test_a_list_of_all_statuses_goes_on_page_by_page(brand: Brand) -> None:
    for number in range(7):
        one = brand.hears(f"Number {number}", who=f"Person {number}", ago=number)
        if number % 2:
            care.resolve(one.pk, by=brand.owner)
    filters, place, met = Filters(status="all"), None, []
    while page := paging.page(filters, seen_by=brand.owner, place=place, size=3):
        met += page
        place = page[-1].position, page[-1].pk
    assert met == list(queries.inbox(filters, seen_by=brand.owner))
    assert len(met) == 7


def test_only_changed_rows_are_asked_for(brand: Brand) -> None:
    one, other = brand.hears("One", who="Maya Lindt"), brand.hears("Two", who="Bo Chen")
    care.resolve(other.pk, by=brand.owner)
    page = text_of(brand.client().get(brand.url(f"rows/?only={one.pk},{other.pk}")))
    assert "Maya Lindt" in page
    assert "Bo Chen" not in page
    assert '<data data-count="open" value="1">' in page


def test_an_empty_inbox_teaches_the_next_step(brand: Brand) -> None:
    assert "All answered" in text_of(brand.client().get(brand.url()))
    brand.channel.delete()
    assert "Connect the first place" in text_of(brand.client().get(brand.url()))
