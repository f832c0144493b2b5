"""The inbox as a browser gets it."""

import pytest

from tests.care import brand as brands
from tests.care.brand import Brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return brands.found()


def test_the_inbox_shows_who_wrote_what(brand: Brand) -> None:
    brand.hears("Is the 22:10 still coming?")
    page = brand.client().get(brand.url())
    assert page.status_code == 200
    assert "Maya Lindt" in page.content.decode()
    assert "Is the 22:10 still coming?" in page.content.decode()


def test_a_conversation_opens_beside_the_list(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    page = brand.client().get(brand.url(f"{one.pk}/")).content.decode()
    assert 'id="in-list"' in page
    assert 'id="in-timeline"' in page
    assert 'id="in-composer"' in page
