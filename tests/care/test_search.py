"""Messages are found in the inbox and through the API, by whoever may read them."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cornbread.care import actions as care
from cornbread.care import searching
from cornbread.care.queries import Filters
from cornbread.listening import searching as index
from cornbread.listening.domain.wording import read
from cornbread.team.actions import create_team
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests.care import brand as brands
from tests.care.brand import Brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return brands.found()


def page(brand: Brand, path: str, by: Member | None = None) -> str:
    answer: Any = brand.client(by).get(brand.url(path))
    assert answer.status_code == 200
    return str(answer.content.decode())


def said(html: str) -> list[str]:
    """The messages of a page of results, their marks in brackets."""
    texts = re.findall(r'in-hit-text" dir="auto">(.*?)</span>', html, re.S)
    return [unescape(re.sub(r"</mark>", "]", re.sub(r"<mark[^>]*>", "[", text))) for text in texts]


def test_a_message_is_found_with_its_words_marked_and_opens_where_it_stands(brand: Brand) -> None:
    one = brand.hears("Is the <b>train</b> at 22:10 still coming?")
    brand.hears("The bus is late", who="Bo Chen")
    care.resolve(one.pk, by=brand.owner)
    html = page(brand, "?q=TRAIN+-bus")
    assert said(html) == ["Is the <b>[train]</b> at 22:10 still coming?"]
    entry = one.entries.get(kind="message_in")
    assert f"/inbox/{one.pk}/?q=TRAIN+-bus#entry-{entry.pk}" in html
    assert f'id="entry-{entry.pk}"' in page(brand, f"{one.pk}/?q=TRAIN+-bus")


def test_people_and_notes_are_found_above_the_messages(brand: Brand) -> None:
    one = brand.hears("Where is my bag?", who="Maya Lindt")
    care.note(one.pk, "Compensation promised", by=brand.owner)
    assert "People and notes" in page(brand, "?q=lindt")
    assert f'id="row-{one.pk}"' in page(brand, "?q=compensation")
    assert "People and notes" not in page(brand, "?q=bag")


def test_older_messages_follow_page_by_page(brand: Brand) -> None:
    brand.hears_all([brand.post(f"train {number}", who=f"P {number}") for number in range(45)])
    html, seen = page(brand, "?q=train"), []
    while True:
        seen += said(html)
        more = re.search(r'hx-get="[^"]*/inbox/(hits/[^"]*)"', html)
        if not more:
            break
        html = page(brand, unescape(more[1]))
    assert len(seen) == len(set(seen)) == 45


@pytest.mark.parametrize(
    ("typed", "says"),
    [("zebra", "No message, person or note has these words."), ("-zebra", "has to occur as well")],
)
def test_an_empty_result_says_what_can_be_typed(brand: Brand, typed: str, says: str) -> None:
    brand.hears("Is the train coming?")
    html = page(brand, f"?q={typed}")
    assert "Nothing fits" in html
    assert says in html


def test_a_partner_finds_only_what_was_given_to_their_team(brand: Brand) -> None:
    given = brand.hears("My train was cold", who="Given Gale", direct=True)
    brand.hears("My train was hot", who="Kept Kim", direct=True)
    night = create_team("Night desk", by=brand.owner)
    partner = brand.colleague("Pat", Role.PARTNER)
    partner.teams.add(night)
    care.hand_to_team(given.pk, team_id=night.pk, by=brand.owner)
    assert said(page(brand, "?q=my+train", partner)) == ["[My] [train] was cold"]
    assert said(page(brand, "hits/?q=hot", partner)) == []
    assert "Kept Kim" not in page(brand, "?q=kim", partner)
    assert len(said(page(brand, "?q=my+train"))) == 2


def test_another_brand_finds_nothing_of_it(brand: Brand) -> None:
    brand.hears("My train was cold")
    other = brands.found("Blue Heron Inns")
    assert said(page(other, "?q=train")) == []


def test_filters_narrow_what_is_found(brand: Brand) -> None:
    one = brand.hears("My train was cold", who="Given Gale")
    brand.hears("My train was hot", who="Kept Kim")
    care.label(one.pk, "heating", by=brand.owner)
    assert said(page(brand, "?q=train&label=heating")) == ["My [train] was cold"]


def test_a_search_that_may_see_little_ends_and_can_go_on(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "FURTHEST", 10)
    monkeypatch.setattr(index, "_CHUNK", 4)
    old = brand.hears("train, the first")
    brand.hears_all([brand.post(f"train {number}", who=f"P {number}") for number in range(30)])
    care.label(old.pk, "rare", by=brand.owner)
    rare, before, pages = Filters(status="all", label="rare"), None, 0
    while True:
        found = searching.messages(read("train"), rare, seen_by=brand.owner, before=before, limit=3)
        pages, before = pages + 1, found.before
        if found.hits or before is None:
            break
    assert [entry.conversation_id for entry in found.hits] == [old.pk]
    assert pages > 1


def test_a_page_of_results_costs_the_same_however_many_there_are(brand: Brand) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(brand, "?q=train")
        return len(asked)

    brand.hears("train 0")
    page(brand, "?q=train")
    few = queries()
    brand.hears_all([brand.post(f"train {number}", who=f"P {number}") for number in range(30)])
    assert queries() <= few + 1
